import type { Executions } from "./executions.ts";
import type { Json } from "./json.ts";
import { missing, Problem } from "./problem.ts";
import type { Session } from "./session.ts";
import type { World } from "./world.ts";

/** A request as a route sees it. */
export interface Call {
  readonly world: World;
  readonly executions: Executions;
  /** The parts of the path that a pattern names. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Json;
  /** The directory that query or header name, else the server's own. */
  readonly directory: string;
}

/** What answers a method and a path. `undefined` becomes a 204. */
export interface Route {
  readonly method: string;
  readonly pattern: URLPattern;
  /** Only one of the dialects knows it. */
  readonly only?: World["dialect"] | undefined;
  readonly run: (call: Call) => unknown;
}

/** Makes a route from `POST /api/session/:id/prompt` and the like. */
export function route(name: string, run: Route["run"], only?: Route["only"]): Route {
  const [method = "", pathname = ""] = name.split(" ");
  return { method, pattern: new URLPattern({ pathname }), run, only };
}

/** The session that a path names. */
export function sessionOf({ world, path }: Call): Session {
  const id = path.id ?? "";
  if (!id.startsWith("ses_")) {
    throw new Problem(400, {
      _tag: "InvalidRequestError",
      message: "Invalid session ID",
      field: "sessionID",
    });
  }
  const session = world.sessions.get(id);
  if (session === undefined) throw missing("Session", { sessionID: id });
  return session;
}

/**
 * Something of the catalogue of a location. The first answer may come before the plugins are there, and be empty;
 * an event says when to ask again (observed on the build of July).
 */
export function settled({ world, directory }: Call, data: unknown): Json {
  if (world.isSettled(directory)) return located(directory, data);
  return located(directory, Array.isArray(data) ? [] : undefined);
}

/** A list of a location, in its envelope. */
export function located(directory: string, data: unknown): Json {
  return { location: { directory, project: { id: "global", directory: "/" } }, data };
}
