/** Where a SOCKS proxy shall lead, and who asks. */
export interface SocksTarget {
  /** A name, which the proxy looks up. */
  readonly host: string;
  readonly port: number;
  /** Both are empty without a login. */
  readonly username: string;
  readonly password: string;
}

/** A connection to a proxy, as far as it is needed. */
type ProxyConn = Pick<Deno.Conn, "read" | "write">;

const VERSION = 5;
const NO_LOGIN = 0;
const LOGIN = 2;
const CONNECT = 1;
/** How many bytes an address has, by its type; of a name, the first byte says it. */
const ADDRESS_BYTES: Readonly<Record<number, number>> = { 1: 4, 4: 16 };
const NAME = 3;

/**
 * Has a SOCKS proxy connect to a host (RFC 1928, with the login of RFC 1929). Resolves with whether it has done so:
 * what follows on the connection belongs to the host then.
 */
export async function passSocks(conn: ProxyConn, target: SocksTarget): Promise<boolean> {
  const { host, port, username, password } = target;
  const methods = username === "" && password === "" ? [NO_LOGIN] : [NO_LOGIN, LOGIN];
  await write(conn, [VERSION, methods.length, ...methods]);
  const [, method = -1] = await read(conn, 2);
  if (!methods.includes(method)) return false;
  if (method === LOGIN) {
    await write(conn, [1, ...withLength(username), ...withLength(password)]);
    const [, refusal] = await read(conn, 2);
    if (refusal !== 0) return false;
  }
  await write(conn, [VERSION, CONNECT, 0, NAME, ...withLength(host), port >> 8, port & 255]);
  const [, refusal, , type = NAME] = await read(conn, 4);
  if (refusal !== 0) return false;
  // The address from which the proxy connects is nobody's business, but has to be taken off.
  const [length = 0] = type in ADDRESS_BYTES ? [ADDRESS_BYTES[type]] : await read(conn, 1);
  await read(conn, length + 2);
  return true;
}

function withLength(text: string): number[] {
  const bytes = new TextEncoder().encode(text).subarray(0, 255);
  return [bytes.length, ...bytes];
}

async function write(conn: ProxyConn, bytes: readonly number[]): Promise<void> {
  const all = Uint8Array.from(bytes);
  for (let at = 0; at < all.length;) at += await conn.write(all.subarray(at));
}

/** Reads so many bytes and not one further; nothing if the connection ends before. */
async function read(conn: ProxyConn, bytes: number): Promise<Uint8Array> {
  const found = new Uint8Array(bytes);
  for (let at = 0; at < bytes;) {
    const more = await conn.read(found.subarray(at));
    if (more === null) return new Uint8Array();
    at += more;
  }
  return found;
}
