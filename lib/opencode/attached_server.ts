import { isRetryable, NetworkError, UsageError } from "../base/errors.ts";
import { knownSecrets } from "../base/secrets/known_secrets.ts";
import { urlPassword, urlUser } from "../base/secrets/url_credentials.ts";
import type { Endpoint } from "./http/endpoint.ts";
import { unanswered } from "./http/request.ts";
import { probeGeneration, type ProbeOptions } from "./server/generation.ts";
import { readService, SERVICE } from "./service_registration.ts";
import { waitForHealth } from "./server/readiness.ts";
import type { ServerVersion } from "./server/server_version.ts";

/** A server that somebody else runs, and may replace by one of another version, or at another address. */
export class AttachedServer {
  /** Whether it is opencode's own background service. */
  readonly isService: boolean;
  readonly #find: () => Promise<Endpoint>;
  #url = "";
  #server: Endpoint & ServerVersion | undefined;
  #isSure = false;

  /**
   * @param url Its address. What that does not say of user and password, opencode's own variables do. Or
   * {@linkcode SERVICE}.
   */
  constructor(url: string) {
    this.isService = url === SERVICE;
    if (this.isService) {
      this.#find = readService;
      return;
    }
    const address = addressOf(url);
    this.#url = address.url;
    this.#find = () => Promise.resolve(address);
  }

  /** Its address without user and password; empty as long as that is not known. */
  get url(): string {
    return this.#url;
  }

  /** What it was when it was last asked. */
  get running(): ServerVersion | undefined {
    return this.#server;
  }

  /**
   * Its address and what it is. It is asked when that is not known, or not sure any more; then what it was has
   * to do while it does not answer.
   *
   * @throws {NetworkError} When it does not answer, starts still, or cannot be used: while it is started again, a
   * gateway may refuse our password or show a page, and what is wrong with it can be put right.
   */
  async endpoint(signal: AbortSignal): Promise<Endpoint> {
    if (this.#server !== undefined && this.#isSure) return this.#server;
    try {
      return await this.#learn((address) => probeGeneration(address, { signal }));
    } catch (error) {
      signal.throwIfAborted();
      if (this.#server === undefined || !isRetryable(error)) throw notSent(error);
      return this.#server;
    }
  }

  /** Asks what it is; throws what {@linkcode probeGeneration} throws. */
  async probe(options: ProbeOptions): Promise<ServerVersion> {
    return await this.#learn((address) => probeGeneration(address, options));
  }

  /** Waits until it answers; throws what {@linkcode waitForHealth} throws. */
  async reach(timeoutMs: number, stopping: AbortSignal): Promise<void> {
    const wait = { isThere: () => true, timeoutMs, stopping };
    await this.#learn((address) => waitForHealth(address, wait));
  }

  /** Call when it does not answer: it may be another one when it does again. */
  doubt(): void {
    this.#isSure = false;
  }

  /** Asks at the address as it is now. */
  async #learn(
    ask: (address: Endpoint) => Promise<ServerVersion>,
  ): Promise<Endpoint & ServerVersion> {
    const address = await this.#find();
    knownSecrets.add("opencode password", address.password ?? "");
    this.#url = address.url;
    this.#server = { ...address, ...await ask(address) };
    this.#isSure = true;
    return this.#server;
  }
}

function addressOf(url: string): Endpoint {
  const user = urlUser(url) || Deno.env.get("OPENCODE_SERVER_USERNAME");
  // The second name is that of 2.x.
  const password = urlPassword(url) || Deno.env.get("OPENCODE_SERVER_PASSWORD") ||
    Deno.env.get("OPENCODE_PASSWORD");
  knownSecrets.add("opencode password", password ?? "");
  const { origin, pathname } = new URL(url);
  return {
    url: origin + pathname.replace(/\/+$/, ""),
    ...(user ? { user } : {}),
    ...(password ? { password } : {}),
  };
}

/** The error for a request that was not sent, since the server did not say what it is, or cannot be used. */
function notSent(cause: unknown): NetworkError {
  const method = "GET /api/info";
  const hasReason = cause instanceof NetworkError || cause instanceof UsageError;
  const { message } = hasReason ? cause : unanswered(cause, method);
  return new NetworkError(message, { service: "opencode", method, cause, isUnsent: true });
}
