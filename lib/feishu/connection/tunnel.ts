import { describe, NetworkError } from "../../base/errors.ts";
import { proxyAway, proxyRefused } from "../../base/network/network_reason.ts";
import { passSocks } from "./socks.ts";

/** Where a tunnel leads, and through which proxy. */
export interface TunnelOptions {
  /** A URL of `http:`, `https:`, `socks5:` or `socks5h:`, which may hold a user name and a password. */
  readonly proxy: URL;
  readonly host: string;
  readonly port: number | string;
  readonly signal: AbortSignal;
}

/** A connection whose bytes reach the other end of a tunnel. */
export type TunnelConn = Deno.TcpConn | Deno.TlsConn;

/** The most bytes that the head of a proxy's answer may have. */
const MAX_HEAD = 16 * 1024;

/** The ports of proxies whose address has none. */
const PORTS: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };
const SOCKS_PORT = 1080;

/**
 * Opens a tunnel through an HTTP proxy (RFC 9110, section 9.3.6) or one of SOCKS.
 *
 * @throws {NetworkError} When the proxy does not answer or refuses. The message names it without its password.
 */
export async function openTunnel(
  { proxy, host, port, signal }: TunnelOptions,
): Promise<TunnelConn> {
  const failed = (message: string, cause?: unknown) =>
    new NetworkError(`Cannot reach Feishu: ${message}`, {
      service: "feishu",
      method: `CONNECT ${host}:${port}`,
      cause,
    });
  const conn = await dial(proxy).catch((cause) => {
    throw failed(proxyAway(proxy, describe(cause)), cause);
  });
  const close = () => conn.close();
  if (signal.aborted) close();
  signal.addEventListener("abort", close, { once: true });
  try {
    const login = { username: decoded(proxy.username), password: decoded(proxy.password) };
    if (/^socks/.test(proxy.protocol)) {
      if (await passSocks(conn, { host, port: Number(port), ...login })) return conn;
      throw failed(proxyRefused(proxy));
    }
    const name = host.includes(":") ? `[${host}]` : host;
    await send(
      conn,
      `CONNECT ${name}:${port} HTTP/1.1\r\nHost: ${name}:${port}\r\n${authorization(login)}\r\n`,
    );
    const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(await readHead(conn))?.[1]);
    if (status >= 200 && status < 300) return conn;
    throw failed(proxyRefused(proxy, status || undefined));
  } catch (error) {
    if (!signal.aborted) close();
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
  }
}

async function dial(proxy: URL): Promise<TunnelConn> {
  const hostname = proxy.hostname.replace(/^\[|\]$/g, "");
  const port = Number(proxy.port || (PORTS[proxy.protocol] ?? SOCKS_PORT));
  return await (proxy.protocol === "https:" ? Deno.connectTls : Deno.connect)({ hostname, port });
}

function authorization({ username, password }: Pick<URL, "username" | "password">): string {
  if (username === "" && password === "") return "";
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Proxy-Authorization: Basic ${bytes.toBase64()}\r\n`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone `%` was not encoded.
    return text;
  }
}

async function send(conn: TunnelConn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** Reads up to the empty line and not a byte further: what follows belongs to the other end. */
async function readHead(conn: TunnelConn): Promise<string> {
  const byte = new Uint8Array(1);
  let head = "";
  while (!head.endsWith("\r\n\r\n") && head.length < MAX_HEAD) {
    if (await conn.read(byte) === null) break;
    head += String.fromCharCode(...byte);
  }
  return head;
}
