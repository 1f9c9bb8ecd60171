import { ApiError, UsageError } from "../../base/errors.ts";
import { number } from "../../base/json.ts";
import type { FeishuClock } from "./clock.ts";
import { requestJson, returned } from "./http.ts";

/** What identifies the app to Feishu. */
export interface Credentials {
  readonly appId: string;
  readonly appSecret: string;
  /** Base URL of the open platform. */
  readonly domain: string;
}

/** Milliseconds before its end at which a token is no longer used: the longest a request may take, and more. */
const MARGIN_MS = 60_000;

/** Feishu's codes for a wrong app id or secret, at the token endpoint. */
const WRONG_CREDENTIALS = new Set<number | string>([10003, 10012, 10013, 10014, 10015]);

/**
 * The app's tenant access token: fetched once for all who wait, kept until shortly before it ends.
 *
 * Feishu answers with an older token's rest of life while that is over 30 minutes, so only `expire`
 * tells how long it holds (its page of `tenant_access_token/internal`).
 */
export class TenantToken {
  readonly #credentials: Credentials;
  readonly #clock: FeishuClock | undefined;
  #current: { readonly token: string; readonly until: number } | undefined;
  #pending: Promise<string> | undefined;

  constructor(credentials: Credentials, clock?: FeishuClock) {
    this.#credentials = credentials;
    this.#clock = clock;
  }

  /**
   * A token that is good for at least a request.
   *
   * @throws {UsageError} When Feishu does not know the app id or refuses the secret.
   */
  get(): Promise<string> {
    const { token, until = 0 } = this.#current ?? {};
    if (token !== undefined && until > Date.now()) return Promise.resolve(token);
    return this.#pending ??= this.#fetch().finally(() => this.#pending = undefined);
  }

  /** Forgets a token that Feishu refused. A newer one stays. */
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
      if (error instanceof ApiError && WRONG_CREDENTIALS.has(error.code)) {
        throw new UsageError(
          `Feishu refuses FEISHU_APP_ID ${appId} with this FEISHU_APP_SECRET (code ${error.code}): ` +
            `copy both again from the app's page "Credentials & Basic Info" on ${domain}`,
          { exitCode: 1 },
        );
      }
      throw error;
    });
    const token = returned(answer, "tenant_access_token");
    const seconds = number(answer.expire) || 7200;
    // A token that is about to end is used for what it has left, never fetched in a loop.
    this.#current = {
      token,
      until: Date.now() + Math.max(seconds * 1000 - MARGIN_MS, seconds * 500),
    };
    return token;
  }
}
