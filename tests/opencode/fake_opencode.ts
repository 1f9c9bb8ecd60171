import type { Endpoint } from "../../lib/opencode/http/endpoint.ts";
import { Opencode } from "../../lib/opencode/opencode.ts";

/** An {@linkcode Opencode} on a small server, and what was asked of that. */
export interface FakeOpencode extends AsyncDisposable {
  readonly opencode: Opencode;
  /** Method, path and body of each request, in one line. */
  readonly requests: string[];
}

/**
 * Starts a server that answers `GET /path` and the like; an unknown request gets a 404. An answer that is
 * `null` is empty.
 *
 * @param kind Its generation, and whether this run of the program would have started it.
 */
export function fakeOpencode(
  routes: Readonly<Record<string, (url: URL) => unknown>>,
  kind: Pick<Endpoint, "generation" | "isNew" | "startedAt"> = {},
): FakeOpencode {
  const requests: string[] = [];
  const server = Deno.serve(
    {
      port: 0,
      hostname: "127.0.0.1",
      onListen: () => {},
      // A response that breaks off on purpose is no news.
      onError: () => new Response(null, { status: 500 }),
    },
    async (request) => {
      const url = new URL(request.url);
      const route = `${request.method} ${url.pathname}`;
      requests.push(`${route} ${await request.text()}`.trim());
      const answer = routes[route]
        ? routes[route](url)
        : Response.json({ name: "NotFound" }, { status: 404 });
      if (answer === null) return new Response(null, { status: 204 });
      // By the clock of the tests, which some of them set.
      const headers = { date: new Date(Date.now()).toUTCString() };
      return answer instanceof Response ? answer : Response.json(answer, { headers });
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    opencode: new Opencode({
      endpoint: () => Promise.resolve({ url, ...kind }),
      log: { error() {}, warn() {}, info() {}, debug() {} },
      backoffMs: 1,
    }),
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
