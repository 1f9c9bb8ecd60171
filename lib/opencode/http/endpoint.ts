import type { Generation } from "../server/server_version.ts";

/** Where an opencode server listens, and how to get in. */
export interface Endpoint {
  /** Without a slash at its end. It has a path if the server is below one of a gateway. */
  readonly url: string;
  /** `opencode` unless given. */
  readonly user?: string;
  readonly password?: string;
  /** Which of opencode's APIs it has: that of 1.x, unless given, or that of 2.x. */
  readonly generation?: Generation;
  /** Whether this run of the program started the server. */
  readonly isNew?: boolean;
  /** When it was started, in milliseconds since 1970, if a bridge has started it. */
  readonly startedAt?: number;
}

/** Finds a server that answers. It may start one first, which takes its time. */
export type EndpointSource = (signal: AbortSignal) => Promise<Endpoint>;

/** The URL of one of a server's paths, which begins with a slash. */
export function urlOf({ url }: Pick<Endpoint, "url">, path: string): URL {
  return new URL(`${url}${path}`);
}
