import { isRetryable, NetworkError, UsageError } from "../base/errors.ts";
import { knownSecrets } from "../base/known_secrets.ts";
import { urlPassword, urlUser } from "../base/url_credentials.ts";
import type { Endpoint } from "./http/endpoint.ts";
import { unanswered } from "./http/request.ts";
import { probeGeneration, type ProbeOptions } from "./server/generation.ts";
import { waitForHealth } from "./server/readiness.ts";
import type { ServerVersion } from "./server/server_version.ts";

/** A server that somebody else runs, and may replace by one of another version. */
export class AttachedServer {
  readonly #address: Endpoint;
  #found: ServerVersion | undefined;
  #isSure = false;

  /** @param url Its address. What that does not say of user and password, opencode's own variables do. */
  constructor(url: string) {
    const user = urlUser(url) || Deno.env.get("OPENCODE_SERVER_USERNAME");
    // The second name is that of 2.x.
    const password = urlPassword(url) || Deno.env.get("OPENCODE_SERVER_PASSWORD") ||
      Deno.env.get("OPENCODE_PASSWORD");
    knownSecrets.add("opencode password", password ?? "");
    this.#address = {
      url: new URL(url).origin,
      ...(user ? { user } : {}),
      ...(password ? { password } : {}),
    };
  }

  /** Its address without user and password. */
  get url(): string {
    return this.#address.url;
  }

  /** What it was when it was last asked. */
  get running(): ServerVersion | undefined {
    return this.#found;
  }

  /**
   * Its address and what it is. It is asked when that is not known, or not sure any more; then what it was has
   * to do while it does not answer.
   *
   * @throws {NetworkError} When it does not answer, starts still, or cannot be used: while it is started again, a
   * gateway may refuse our password or show a page, and what is wrong with it can be put right.
   */
  async endpoint(signal: AbortSignal): Promise<Endpoint> {
    if (!this.#isSure) {
      try {
        await this.probe({ signal });
      } catch (error) {
        signal.throwIfAborted();
        if (this.#found === undefined || !isRetryable(error)) throw notSent(error);
      }
    }
    return { ...this.#address, ...this.#found };
  }

  /** Asks what it is; throws what {@linkcode probeGeneration} throws. */
  async probe(options: ProbeOptions): Promise<ServerVersion> {
    return this.#learn(await probeGeneration(this.#address, options));
  }

  /** Waits until it answers; throws what {@linkcode waitForHealth} throws. */
  async reach(timeoutMs: number, stopping: AbortSignal): Promise<void> {
    const wait = { isThere: () => true, timeoutMs, stopping };
    this.#learn(await waitForHealth(this.#address, wait));
  }

  /** Call when it does not answer: it may be another one when it does again. */
  doubt(): void {
    this.#isSure = false;
  }

  #learn(found: ServerVersion): ServerVersion {
    this.#found = found;
    this.#isSure = true;
    return found;
  }
}

/** The error for a request that was not sent, since the server did not say what it is, or cannot be used. */
function notSent(cause: unknown): NetworkError {
  const method = "GET /api/info";
  const hasReason = cause instanceof NetworkError || cause instanceof UsageError;
  const { message } = hasReason ? cause : unanswered(cause, method);
  return new NetworkError(message, { service: "opencode", method, cause, isUnsent: true });
}
