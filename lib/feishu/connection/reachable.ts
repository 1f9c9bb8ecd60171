import { pause } from "../../base/waiting/wakeup.ts";

/** Milliseconds between two probes. */
const PAUSE_MS = 1_500;
/** How long one may take, in milliseconds. */
const PROBE_MS = 6_000;

/**
 * Resolves when a server gives any answer at all. Probes overlap: one that was sent while the network was away
 * may wait for long after that is back, because the system sends its packets ever more rarely.
 *
 * @throws The reason of the signal.
 */
export async function reachable(url: string, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const ends = AbortSignal.any([signal, over.signal]);
  let answered = false;
  try {
    while (!answered) {
      signal.throwIfAborted();
      probe(url, ends).then(() => {
        answered = true;
        over.abort();
      }, () => {});
      await pause(PAUSE_MS, ends);
    }
  } finally {
    over.abort();
  }
}

/** Asks for nothing, on a connection of its own: an old one may be dead without anybody knowing. */
async function probe(url: string, signal: AbortSignal): Promise<void> {
  const client = Deno.createHttpClient({});
  try {
    const response = await fetch(url, {
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]),
      client,
    });
    await response.body?.cancel();
  } finally {
    client.close();
  }
}
