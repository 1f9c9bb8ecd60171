/**
 * Has Deno's client of a shared KV say nothing while the server is away: for each attempt, several a second, it would
 * write a line to standard error. The bridge's own log says that the server is away.
 */
export const QUIET_KV: Readonly<Record<string, string>> = { DENO_LOG: "error,denokv_remote=off" };
