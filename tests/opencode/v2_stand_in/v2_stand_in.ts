/**
 * A stand-in for the server of OpenCode 2.x: a real server that keeps to the contract of its API, with a model
 * that does what the prompt says, or plays a recording. In doubt it is stricter than the real one.
 */
import { object, parseJson } from "../../../lib/base/json.ts";
import { ASK_ROUTES, CATALOGUE_ROUTES } from "./ask_routes.ts";
import type { Dialect } from "./dialect.ts";
import { Executions } from "./executions.ts";
import { newId } from "./ids.ts";
import type { Json } from "./json.ts";
import { LOG_ROUTES } from "./log_routes.ts";
import { Problem } from "./problem.ts";
import { Replay } from "./replay.ts";
import type { Route } from "./route.ts";
import { SESSION_ROUTES } from "./session_routes.ts";
import { World } from "./world.ts";

/** What kind of server it is. */
export interface StandInOptions {
  /** The names of 2.0.4 and later unless given. */
  readonly dialect?: Dialect;
  readonly version?: string;
  /** The password of the user `opencode`; `pw` unless given. */
  readonly password?: string;
  readonly port?: number;
  /** The directory of requests that name none. */
  readonly cwd?: string;
  /** Milliseconds in which everything is a 503, as while the real server starts. */
  readonly startMs?: number;
  /** Milliseconds between two heartbeats; 15 s unless given. */
  readonly heartbeatMs?: number;
  /** Milliseconds before the second attempt at a failing provider; 50 unless given. */
  readonly retryMs?: number;
  /** A file that keeps the sessions for the next process. */
  readonly file?: string;
}

/** A request as it came, for tests that look at it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly body: Json;
}

/** A running stand-in. */
export interface V2StandIn extends AsyncDisposable {
  readonly url: string;
  readonly password: string;
  readonly world: World;
  readonly executions: Executions;
  /** Every request but those that wait for events. */
  readonly requests: Seen[];
  /** Lets the next prompt play a recording of `tests/fixtures/opencode2-events`. */
  replay(name: string, speed?: number): void;
  /** Ends all event streams, which the client notices; it may connect again. */
  dropStreams(): void;
  /** Ends what runs as SIGTERM does, then the server. */
  stop(): Promise<void>;
}

const ROUTES: readonly Route[] = [
  ...SESSION_ROUTES,
  ...LOG_ROUTES,
  ...ASK_ROUTES,
  ...CATALOGUE_ROUTES,
];

/** Starts a stand-in on a free port. */
export function startV2StandIn(options: StandInOptions = {}): V2StandIn {
  const { dialect = "2.0", password = "pw", port = 0, startMs = 0, file } = options;
  const world = new World(dialect, file);
  const executions = new Executions(world, options.retryMs ?? 50);
  const requests: Seen[] = [];
  const streams = new Set<() => void>();
  const readyAt = performance.now() + startMs;
  const server = Deno.serve({
    port,
    hostname: "127.0.0.1",
    onListen() {},
    onError: () => new Response(null, { status: 500 }),
  }, async (request) => {
    const url = new URL(request.url);
    const early = front(
      request,
      url,
      { ...options, dialect, password },
      performance.now() < readyAt,
    );
    if (early) return early;
    if (url.pathname === "/api/event") {
      return events(request, world, streams, options.heartbeatMs ?? 15_000);
    }
    const text = await request.text();
    const body = { ...object(parseJson(text)) };
    requests.push({ method: request.method, path: url.pathname, body });
    return answer(request, url, text, body, { world, executions, cwd: options.cwd ?? Deno.cwd() });
  });
  const dropStreams = () => {
    for (const end of streams) end();
  };
  const stop = async () => {
    await executions.stop();
    dropStreams();
    await server.shutdown();
  };
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    password,
    world,
    executions,
    requests,
    replay: (name, speed) => void executions.replays.push(new Replay(name, speed)),
    dropStreams,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** What is answered before any route: the web page, the password, the start, the version. */
function front(
  request: Request,
  url: URL,
  { dialect, password, version = "2.0.26" }: StandInOptions & {
    dialect: Dialect;
    password: string;
  },
  isStarting: boolean,
): Response | undefined {
  const { pathname, searchParams } = url;
  const isModern = dialect === "2.0";
  if (!pathname.startsWith("/api/")) {
    if (!isModern) return new Response(null, { status: 404 });
    if (request.method !== "GET") return new Response(null, { status: 405 });
    return new Response("<!doctype html>", { headers: { "content-type": "text/html" } });
  }
  const wanted = btoa(`opencode:${password}`);
  const given = request.headers.get("authorization") ?? `Basic ${searchParams.get("auth_token")}`;
  if (given !== `Basic ${wanted}`) {
    const body = { _tag: "UnauthorizedError", message: "Authentication required" };
    return isModern ? Response.json(body, { status: 401 }) : new Response(null, { status: 401 });
  }
  if (isStarting) {
    return Response.json({ code: "service_starting" }, {
      status: 503,
      headers: { "retry-after": "1" },
    });
  }
  const pid = Deno.pid;
  if (isModern && pathname === "/api/info") {
    return Response.json({ version, pid, urls: [url.origin], paths: { tmp: "/tmp/opencode" } });
  }
  if (!isModern && pathname === "/api/health") {
    return Response.json({ healthy: true, version: "local", pid });
  }
  return undefined;
}

async function answer(
  request: Request,
  url: URL,
  text: string,
  body: Json,
  context: { world: World; executions: Executions; cwd: string },
): Promise<Response> {
  const { dialect } = context.world;
  try {
    if (text !== "" && parseJson(text) === undefined) throw new Problem(500);
    const named = url.searchParams.get("location[directory]") ??
      decodeURIComponent(request.headers.get("x-opencode-directory") ?? "");
    for (const { method, pattern, only, run } of ROUTES) {
      const match = method === request.method && (only ?? dialect) === dialect
        ? pattern.exec({ pathname: url.pathname })
        : null;
      if (match === null) continue;
      const groups = Object.entries(match.pathname.groups);
      const path = Object.fromEntries(groups.map(([key, value]) => [key, value ?? ""]));
      const directory = named || context.cwd;
      const result = await run({ ...context, path, query: url.searchParams, body, directory });
      if (result instanceof Response) return result;
      return result === undefined ? new Response(null, { status: 204 }) : Response.json(result);
    }
    return new Response(null, { status: 404 });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { status, body } = error;
    return body === undefined ? new Response(null, { status }) : Response.json(body, { status });
  }
}

/** The event stream: `server.connected`, then a heartbeat as a comment, then everything as it happens. */
function events(
  request: Request,
  world: World,
  streams: Set<() => void>,
  heartbeatMs: number,
): Response {
  if (!request.headers.get("accept")?.includes("text/event-stream")) {
    return new Response(null, { status: 406 });
  }
  const encoder = new TextEncoder();
  let end = () => {};
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string) => controller.enqueue(encoder.encode(text));
      const unlisten = world.listen((event) => write(`data: ${JSON.stringify(event)}\n\n`));
      const timer = setInterval(() => write(": heartbeat\n\n"), heartbeatMs);
      end = () => {
        if (!streams.delete(end)) return;
        unlisten();
        clearInterval(timer);
        try {
          controller.close();
        } catch {
          // The client was faster.
        }
      };
      streams.add(end);
      write(
        `data: ${JSON.stringify({ id: newId("evt"), type: "server.connected", data: {} })}\n\n`,
      );
      write(": heartbeat\n\n");
    },
    cancel: () => end(),
  });
  return new Response(stream, { headers: { "content-type": "text/event-stream" } });
}
