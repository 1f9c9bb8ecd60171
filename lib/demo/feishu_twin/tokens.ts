import type { TwinClock } from "./clock.ts";
import { feishuId } from "./feishu_id.ts";
import { Refusal } from "./refusal.ts";

const LIFETIME_MS = 7_200_000;
const RENEW_BELOW_MS = 1_800_000;

/**
 * Tenant access tokens. They are valid for two hours. While half an hour is left, the same token is issued
 * again (Feishu docs: tenant_access_token_internal).
 */
export class Tokens {
  readonly #clock: TwinClock;
  #newest: { token: string; endsAt: number } | undefined;
  readonly #endsAt = new Map<string, number>();

  constructor(clock: TwinClock) {
    this.#clock = clock;
  }

  /** The current token, and the seconds until it expires. */
  issue(): { token: string; expire: number } {
    const now = this.#clock.now();
    if (this.#newest === undefined || this.#newest.endsAt - now < RENEW_BELOW_MS) {
      this.#newest = { token: feishuId("t-"), endsAt: now + LIFETIME_MS };
      this.#endsAt.set(this.#newest.token, this.#newest.endsAt);
    }
    return {
      token: this.#newest.token,
      expire: Math.floor((this.#newest.endsAt - now) / 1000),
    };
  }

  /**
   * Checks the header of a request.
   *
   * @throws {Refusal} 99991661 without a token, 99991663 with a wrong, expired or revoked one.
   */
  check(authorization: string | undefined): void {
    if (authorization === undefined || !authorization.startsWith("Bearer ")) {
      throw new Refusal(99991661, "Missing access token for authorization.");
    }
    if (!this.isValid(authorization)) {
      throw new Refusal(99991663, "Invalid access token for authorization.");
    }
  }

  /** Whether the header of a request has a token that {@linkcode check} accepts. */
  isValid(authorization = ""): boolean {
    if (!authorization.startsWith("Bearer ")) return false;
    const endsAt = this.#endsAt.get(authorization.slice("Bearer ".length));
    return endsAt !== undefined && endsAt > this.#clock.now();
  }

  /** Makes all tokens that were issued so far invalid. */
  revokeAll(): void {
    this.#endsAt.clear();
    this.#newest = undefined;
  }
}
