import type { IncomingMessage } from "node:http";
import { sameSecret } from "../../base/secrets/same_secret.ts";

/** Makes the token of a page: 256 random bits. */
export function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toHex();
}

/** Whether a text has the form of a token. */
export function isToken(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/**
 * Who may use the page: whoever has its link. Every account of this machine reaches the port, but only its
 * user sees the terminal. The token of the link is exchanged for a cookie, so that it does not stay in the
 * address bar.
 */
export class PageKey {
  readonly #token: string;
  readonly #port: number;
  /** Browsers share cookies between the ports of a host, so that two demos need two names. */
  readonly #cookie: string;

  constructor(token: string, port: number) {
    this.#token = token;
    this.#port = port;
    this.#cookie = `demo-${port}`;
  }

  /** The query of the link. */
  get query(): string {
    return `?token=${this.#token}`;
  }

  /** The cookie for whoever brings the token; `undefined` when it is missing or wrong. */
  exchange(query: URLSearchParams): string | undefined {
    if (!sameSecret(query.get("token") ?? "", this.#token)) return undefined;
    // The path keeps it from other servers on this machine.
    return `${this.#cookie}=${this.#token}; Path=/_twin/; HttpOnly; SameSite=Strict`;
  }

  /**
   * Whether a request is sent by the page itself, or by its link. The host name is checked against DNS
   * rebinding. The origin and the body's type, which an HTML form cannot send, are checked against other
   * sites, and against other servers of this host: they are the same site, to which the cookie is sent.
   */
  isForPage({ headers, method }: IncomingMessage): boolean {
    const { host = "", origin } = headers;
    if (host !== `127.0.0.1:${this.#port}` && host !== `localhost:${this.#port}`) return false;
    if (origin !== undefined && origin !== `http://${host}`) return false;
    const type = headers["content-type"] ?? "";
    return method === "GET" || /^application\/(json|octet-stream)\b/.test(type);
  }

  /** Whether a request is sent by the page of somebody who brought the token. */
  admits(request: IncomingMessage): boolean {
    if (!this.isForPage(request)) return false;
    const cookies = (request.headers.cookie ?? "").split(";").map((cookie) => cookie.trim());
    const given = cookies.find((cookie) => cookie.startsWith(`${this.#cookie}=`)) ?? "";
    return sameSecret(given.slice(this.#cookie.length + 1), this.#token);
  }
}
