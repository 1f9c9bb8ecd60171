/** Whether a terminal was there at the beginning, also for output alone: later it may be closed. */
export const hadTerminal = [Deno.stdin, Deno.stdout, Deno.stderr].some((stream) =>
  stream.isTerminal()
);

/**
 * Resolves at the first SIGTERM or SIGINT, and at SIGHUP if that means that our terminal was closed; later ones
 * are ignored. Without a terminal, SIGHUP is a reload of the service or the end of somebody else's session, and
 * does not end the program.
 */
export function stopRequested(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGTERM", resolve);
  Deno.addSignalListener("SIGINT", resolve);
  Deno.addSignalListener("SIGHUP", () => {
    if (hadTerminal) resolve();
  });
  return promise;
}
