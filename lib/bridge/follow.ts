import { ApiError, describe } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Watch } from "../opencode/agent.ts";
import type { Run } from "../records.ts";
import { type Outcome, outcomeOf, SETTLE_MS } from "./outcome.ts";
import type { Poke } from "./poke.ts";
import type { TurnAgent } from "./turn_agent.ts";

/** A turn that opencode has been given, and who wants to know how it goes. */
export interface Following {
  /** The prompt's id, for the log. */
  readonly id: string;
  readonly run: Run;
  /** Open while events may have been missed; each look closes it. */
  readonly gap: { open: boolean };
  readonly watch: Watch;
  readonly agent: Pick<TurnAgent, "abort">;
  /** Poked when there is a reason to look before the next round. */
  readonly poke: Poke;
  /** Since when, in milliseconds since 1970, the turn has to end. */
  readonly cancelledAt: () => number | undefined;
  /** Called after each look at the server: whether the turn runs, or why there was no answer. */
  readonly onLook: (look: { readonly busy: boolean } | { readonly failure: string }) => void;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Milliseconds between two looks at a turn of which nothing is heard. */
const CHECK_MS = 15_000;
/** Milliseconds between two attempts to reach an opencode that does not answer. */
const RETRY_MS = 5_000;
/** Milliseconds in which an abort must end the turn. */
const ABORT_MS = 15_000;

/**
 * Waits for the end of a turn. What the events say is confirmed by asking the server, so that a lost
 * event costs only time. Rejects only when the signal aborts.
 *
 * @returns How the turn ended, and whether that is because the server does not know its session.
 */
export async function follow(
  { id, run, gap, watch, agent, poke, cancelledAt, onLook, log, signal }: Following,
): Promise<{ outcome: Outcome; sessionGone?: boolean }> {
  let idleSince: number | undefined;
  for (;;) {
    const soon = gap.open || watch.over || idleSince !== undefined || cancelledAt() !== undefined;
    if (!soon) await poke.wait(CHECK_MS, signal);
    signal.throwIfAborted();
    gap.open = false;
    let busy: boolean;
    try {
      // Repeated until it takes effect: an abort can meet a session that is just about to begin.
      if (cancelledAt() !== undefined) await agent.abort(run, signal);
      busy = await watch.resync(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (cancelledAt() !== undefined) return { outcome: "cancelled" };
      if (error instanceof ApiError && error.code === 404) {
        return { outcome: "interrupted", sessionGone: true };
      }
      log.warn(`cannot ask opencode about turn ${id}: ${describe(error)}`);
      onLook({ failure: describe(error) });
      await poke.wait(RETRY_MS, signal);
      continue;
    }
    onLook({ busy });
    const cancelled = cancelledAt();
    if (busy) {
      if (cancelled !== undefined && Date.now() - cancelled > ABORT_MS) {
        return { outcome: "cancelled" };
      }
      idleSince = undefined;
      // The events are ahead of the status for a moment, and an abort takes one.
      if (!watch.over && cancelled === undefined) continue;
    } else {
      idleSince ??= Date.now();
      const idleMs = Date.now() - idleSince;
      const outcome = outcomeOf(watch.read(), cancelled !== undefined, idleMs);
      if (outcome !== undefined) return { outcome };
    }
    await poke.wait(SETTLE_MS / 4, signal, { pokable: false });
  }
}
