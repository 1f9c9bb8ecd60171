import type { Twin } from "../../lib/demo/feishu_twin/twin.ts";

const TLS = new URL("../fixtures/tls/", import.meta.url);

/** The file with the certificate of the authority that has signed the front's own. */
export const AUTHORITY: string = new URL("ca.pem", TLS).pathname;

/** The twin under a name that is not this machine's, over TLS. */
export interface Front extends AsyncDisposable {
  readonly port: number;
  /** Its address under a name that only a proxy of the tests can reach. */
  readonly url: string;
}

/** Where a front listens, and the files with its certificate. */
export interface FrontOptions {
  readonly hostname?: string;
  readonly port?: number;
  readonly cert?: string | URL;
  readonly key?: string | URL;
}

/**
 * Puts a TLS server before the twin.
 *
 * @param name The host name in its addresses. The tests' own certificate is good for `open.test` and `localhost`.
 */
export async function startFront(
  twin: Twin,
  name = "open.test",
  { hostname = "127.0.0.1", port: wanted = 0, ...files }: FrontOptions = {},
): Promise<Front> {
  const cert = await Deno.readTextFile(files.cert ?? new URL("server.pem", TLS));
  const key = await Deno.readTextFile(files.key ?? new URL("server.key", TLS));
  const own = new URL(twin.url).host;
  const options = { hostname, port: wanted, cert, key };
  const server = Deno.serve({ ...options, onListen() {} }, async (request): Promise<Response> => {
    const { pathname, search } = new URL(request.url);
    const target = new URL(pathname + search, twin.url);
    if (request.headers.get("upgrade") === "websocket") return relay(request, target);
    const headers = new Headers(request.headers);
    headers.delete("host");
    const body = request.body === null ? null : await request.arrayBuffer();
    const answer = await fetch(target, { method: request.method, headers, body });
    const text = (await answer.text()).replaceAll(`ws://${own}`, `wss://${name}:${port}`);
    const type = answer.headers.get("content-type") ?? "";
    return new Response(text || null, { status: answer.status, headers: { "content-type": type } });
  });
  const { port } = server.addr as Deno.NetAddr;
  return {
    port,
    url: `https://${name}:${port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function relay(request: Request, target: URL): Response {
  const { socket, response } = Deno.upgradeWebSocket(request);
  target.protocol = "ws:";
  const far = new WebSocket(target);
  const opened = Promise.all(
    [socket, far].map((one) => new Promise((resolve) => one.addEventListener("open", resolve))),
  );
  for (const [from, to] of [[socket, far], [far, socket]] as const) {
    from.binaryType = "arraybuffer";
    from.addEventListener("message", ({ data }) => void opened.then(() => to.send(data)));
    from.addEventListener("close", () => to.close());
    from.addEventListener("error", () => to.close());
  }
  return response;
}
