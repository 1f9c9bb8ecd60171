/** How a proxy behaves. */
interface ProxyOptions {
  /** Its port; any free one unless given. */
  readonly port?: number;
  /** User name and password that it wants, as in `user:password`. */
  readonly login?: string;
}

/** A proxy for `CONNECT`, which takes every name for this machine. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** The host and port of each request. */
  readonly targets: readonly string[];
}

/** Starts a proxy. What it is asked for without `CONNECT` it refuses. */
export function startProxy({ port = 0, login }: ProxyOptions = {}): Proxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  const targets: string[] = [];
  const open = new Set<Deno.TcpConn>();
  const work: Promise<unknown>[] = [];
  const serve = async (near: Deno.TcpConn) => {
    open.add(near);
    const head = await readHead(near);
    const [, method, target = ""] = /^(\S+) (\S+)/.exec(head) ?? [];
    targets.push(target);
    const given = /^proxy-authorization: basic (\S+)/im.exec(head)?.[1] ?? "";
    const status = login !== undefined && atob(given) !== login
      ? "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=test"
      : method === "CONNECT"
      ? "200 OK"
      : "502 Bad Gateway";
    await near.write(new TextEncoder().encode(`HTTP/1.1 ${status}\r\n\r\n`));
    if (!status.startsWith("200")) return near.close();
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

async function readHead(conn: Deno.TcpConn): Promise<string> {
  const byte = new Uint8Array(1);
  let head = "";
  while (!head.endsWith("\r\n\r\n") && await conn.read(byte) !== null) {
    head += String.fromCharCode(...byte);
  }
  return head;
}
