import type { Log } from "../log.ts";

/** The user's wish to end the program. */
export interface StopRequest extends Disposable {
  /** Resolves at the first SIGTERM or SIGINT; further ones change nothing. */
  readonly promise: Promise<void>;
}

/** Listens for signals until it is disposed of. SIGHUP (a closed terminal, a reload) ends nothing. */
export function stopRequested(log: Log): StopRequest {
  const { promise, resolve } = Promise.withResolvers<void>();
  const hangUp = () => log.info("SIGHUP: nothing to reload");
  Deno.addSignalListener("SIGTERM", resolve);
  Deno.addSignalListener("SIGINT", resolve);
  Deno.addSignalListener("SIGHUP", hangUp);
  return {
    promise,
    [Symbol.dispose]() {
      Deno.removeSignalListener("SIGTERM", resolve);
      Deno.removeSignalListener("SIGINT", resolve);
      Deno.removeSignalListener("SIGHUP", hangUp);
    },
  };
}
