import { ApiError, UsageError } from "../../base/errors.ts";
import { knownSecrets } from "../../base/secrets/known_secrets.ts";
import { number } from "../../base/json.ts";
import type { FeishuClock } from "./clock.ts";
import { meaningOf } from "./codes.ts";
import { requestJson, returned } from "./http.ts";

/** What identifies the app to Feishu. */
export interface Credentials {
  readonly appId: string;
  readonly appSecret: string;
  /** Base URL of the open platform. */
  readonly domain: string;
}

/** How long before its end a token is no longer used, in milliseconds: more than a request may take. */
const MARGIN_MS = 60_000;
/** How long a refusal of the credentials is believed, in milliseconds, before Feishu is asked again. */
const REFUSED_MS = 30_000;

/**
 * The app's tenant access token: fetched once for all who wait, and kept until shortly before it ends.
 *
 * Feishu returns the same token as long as that has more than 30 minutes left, so only `expire` tells how
 * long it is good (its page of `tenant_access_token/internal`).
 */
export class TenantToken {
  readonly #credentials: Credentials;
  readonly #clock: FeishuClock | undefined;
  #current: { readonly token: string; readonly until: number } | undefined;
  #pending: Promise<string> | undefined;
  #refusal: { readonly error: UsageError; readonly at: number } | undefined;

  constructor(credentials: Credentials, clock?: FeishuClock) {
    this.#credentials = credentials;
    this.#clock = clock;
    knownSecrets.add("app secret", credentials.appSecret);
  }

  /**
   * A token that is good for at least a request.
   *
   * @throws {UsageError} When Feishu does not know the app id or refuses the secret.
   */
  get(): Promise<string> {
    const { token, until = 0 } = this.#current ?? {};
    if (token !== undefined && until > Date.now()) return Promise.resolve(token);
    const { error, at = 0 } = this.#refusal ?? {};
    // A clock that was set back makes nobody wait longer.
    if (error && Math.abs(Date.now() - at) < REFUSED_MS) return Promise.reject(error);
    return this.#pending ??= this.#fetch().finally(() => this.#pending = undefined);
  }

  /** Forgets a token that Feishu refused; a newer one is kept. */
  refused(token: string): void {
    if (this.#current?.token === token) this.#current = undefined;
  }

  async #fetch(): Promise<string> {
    const { domain, appId, appSecret } = this.#credentials;
    const answer = await requestJson({
      url: `${domain}/open-apis/auth/v3/tenant_access_token/internal`,
      method: "POST",
      data: { app_id: appId, app_secret: appSecret },
    }, this.#clock).catch((error) => {
      if (error instanceof ApiError && meaningOf(error)?.reaction === "credentials") {
        const refusal = new UsageError(
          `Feishu refuses FEISHU_APP_ID ${appId} with this FEISHU_APP_SECRET (code ${error.code}): ` +
            `copy both again from the app's page "Credentials & Basic Info" on ${domain}, ` +
            "and see that the app is enabled",
          { exitCode: 1 },
        );
        this.#refusal = { error: refusal, at: Date.now() };
        throw refusal;
      }
      throw error;
    });
    const token = returned(answer, "tenant_access_token");
    knownSecrets.add("tenant token", token);
    const seconds = number(answer.expire) || 7200;
    // A short-lived token is used for half its life at least, so that it is never fetched in a loop.
    this.#current = {
      token,
      until: Date.now() + Math.max(seconds * 1000 - MARGIN_MS, seconds * 500),
    };
    return token;
  }
}
