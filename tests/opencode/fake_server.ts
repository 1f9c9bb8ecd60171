/** What a request asked for, kept after it is closed. */
export interface Asked {
  method: string;
  url: URL;
  headers: Headers;
  body: string;
}

/** A small HTTP server on a free port, for whatever opencode might do. */
export interface FakeServer extends AsyncDisposable {
  url: string;
  requests: Asked[];
}

/** Starts a server, on any free port unless one is given; its disposal cuts all connections. */
export function fakeServer(
  answer: (index: number) => Response | Promise<Response>,
  port = 0,
): FakeServer {
  const requests: Asked[] = [];
  const controller = new AbortController();
  const server = Deno.serve({
    port,
    hostname: "127.0.0.1",
    signal: controller.signal,
    onListen: () => {},
    // A response that breaks off on purpose is no news.
    onError: () => new Response(null, { status: 500 }),
  }, async (request) => {
    const { method, url, headers } = request;
    requests.push({ method, url: new URL(url), headers, body: await request.text() });
    return await answer(requests.length - 1);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => {
      controller.abort();
      return server.finished;
    },
  };
}

export function json(value: unknown, status = 200): Response {
  return Response.json(value, { status });
}
