/**
 * Calls that use no connection of earlier ones. Deno keeps connections for later calls, over HTTP/2 one for all. When
 * the network changes, or a firewall on the way forgets it, nobody tells that it is dead: every call on it waits in
 * vain until the system gives it up, after a quarter of an hour (denoland/deno#36542).
 */

/**
 * For how long no kept connection is used after a call without an answer, in milliseconds: one that nobody has used
 * for 90 s is not used again (the default of Deno's HTTP library).
 */
const APART_MS = 100_000;

/** By origin, until when no kept connection is used, by `performance.now()`. */
const apartUntil = new Map<string, number>();

/** Notes that a call had no answer: the connections that are kept may be dead. */
export function doubtConnections(url: string): void {
  apartUntil.set(new URL(url).origin, performance.now() + APART_MS);
}

/** Makes a request, on a connection of its own if those that are kept may be dead. Fails like `fetch`. */
export async function fetchAlive(
  request: Request,
  { client, signal }: {
    readonly client?: Deno.HttpClient | undefined;
    readonly signal: AbortSignal;
  },
): Promise<Response> {
  if (client !== undefined) return await fetch(request, { client, signal });
  const { origin } = new URL(request.url);
  if (performance.now() >= (apartUntil.get(origin) ?? 0)) return await fetch(request, { signal });
  // What it brings can still be read when it is closed.
  using own = Deno.createHttpClient({});
  return await fetch(request, { client: own, signal });
}
