/** How a proxy behaves. */
interface ProxyOptions {
  /** Its port; any free one unless given. */
  readonly port?: number;
  /** User name and password that it wants, as in `user:password`. */
  readonly login?: string;
  /** Whether it is one of SOCKS (RFC 1928) in place of HTTP. */
  readonly isSocks?: boolean;
}

/** A proxy for `CONNECT`, which takes every name for this machine. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** The host and port of each request. */
  readonly targets: readonly string[];
}

/** Starts a proxy. What it is asked for without `CONNECT` it refuses. */
export function startProxy({ port = 0, login, isSocks = false }: ProxyOptions = {}): Proxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  const targets: string[] = [];
  const open = new Set<Deno.TcpConn>();
  const work: Promise<unknown>[] = [];
  const serve = async (near: Deno.TcpConn) => {
    open.add(near);
    const { target, isOpen } = await (isSocks ? talkSocks : talkHttp)(near, login);
    targets.push(target);
    if (!isOpen) return near.close();
    const far = await Deno.connect({ port: Number(target.split(":").at(-1)) });
    open.add(far);
    await Promise.allSettled([
      near.readable.pipeTo(far.writable),
      far.readable.pipeTo(near.writable),
    ]);
  };
  const accept = async () => {
    for await (const conn of listener) work.push(serve(conn).catch(() => {}));
  };
  work.push(accept());
  return {
    port: (listener.addr as Deno.NetAddr).port,
    targets,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of open) {
        try {
          conn.close();
        } catch {
          // It is closed.
        }
      }
      await Promise.all(work);
    },
  };
}

/** What a client asks for, and whether it gets it. */
interface Asked {
  readonly target: string;
  readonly isOpen: boolean;
}

async function talkHttp(near: Deno.TcpConn, login: string | undefined): Promise<Asked> {
  const head = await readHead(near);
  const [, method, target = ""] = /^(\S+) (\S+)/.exec(head) ?? [];
  const given = /^proxy-authorization: basic (\S+)/im.exec(head)?.[1] ?? "";
  const status = login !== undefined && atob(given) !== login
    ? "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=test"
    : method === "CONNECT"
    ? "200 OK"
    : "502 Bad Gateway";
  await near.write(new TextEncoder().encode(`HTTP/1.1 ${status}\r\n\r\n`));
  return { target, isOpen: status.startsWith("200") };
}

/** Takes names only. The address that it says it connects from is one of IPv6. */
async function talkSocks(near: Deno.TcpConn, login: string | undefined): Promise<Asked> {
  const text = async () => new TextDecoder().decode(await readBytes(near));
  const methods = await readBytes(near, 1);
  const method = login === undefined ? 0 : 2;
  await near.write(Uint8Array.of(5, methods.includes(method) ? method : 255));
  if (!methods.includes(method)) return { target: "", isOpen: false };
  if (login !== undefined) {
    await readExactly(near, 1);
    const isRight = `${await text()}:${await text()}` === login;
    await near.write(Uint8Array.of(1, isRight ? 0 : 1));
    if (!isRight) return { target: "", isOpen: false };
  }
  await readExactly(near, 4);
  const name = await text();
  const [high = 0, low = 0] = await readExactly(near, 2);
  await near.write(Uint8Array.of(5, 0, 0, 4, ...new Uint8Array(18)));
  return { target: `${name}:${high * 256 + low}`, isOpen: true };
}

/** Reads bytes that a byte with their number is before. @param skipped How many bytes stand before that. */
async function readBytes(conn: Deno.TcpConn, skipped = 0): Promise<Uint8Array> {
  await readExactly(conn, skipped);
  const [length = 0] = await readExactly(conn, 1);
  return await readExactly(conn, length);
}

async function readExactly(conn: Deno.TcpConn, bytes: number): Promise<Uint8Array> {
  const found = new Uint8Array(bytes);
  for (let at = 0; at < bytes;) {
    const more = await conn.read(found.subarray(at));
    if (more === null) throw new Error("the client is gone");
    at += more;
  }
  return found;
}

async function readHead(conn: Deno.TcpConn): Promise<string> {
  const byte = new Uint8Array(1);
  let head = "";
  while (!head.endsWith("\r\n\r\n") && await conn.read(byte) !== null) {
    head += String.fromCharCode(...byte);
  }
  return head;
}
