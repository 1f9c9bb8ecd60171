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

/**
 * Puts a TLS server before the twin.
 *
 * @param name The host name in its addresses: `open.test` or `localhost`. Its certificate is good for both.
 */
export async function startFront(twin: Twin, name = "open.test"): Promise<Front> {
  const [cert, key] = await Promise.all(
    ["server.pem", "server.key"].map((file) => Deno.readTextFile(new URL(file, TLS))),
  );
  const own = new URL(twin.url).host;
  const options = { hostname: "127.0.0.1", port: 0, cert: cert ?? "", key: key ?? "" };
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
