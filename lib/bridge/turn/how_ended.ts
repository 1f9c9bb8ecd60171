import { describe } from "../../base/errors.ts";
import { type Outcome, type Run, runOf, type TurnRecord } from "../../model/turn.ts";
import type { Services } from "../services.ts";
import { failureText } from "./failure_text.ts";
import { unlessStuck } from "./unless_stuck.ts";

/** How a turn ended. */
export interface TurnEnding {
  readonly outcome: Outcome;
  /** The run that may still go on, as the agent has not confirmed that it stopped. */
  readonly stray?: Run | undefined;
  /** What the reader has to know. */
  readonly notice?: string;
  /** Why it failed, where the agent does not say so. */
  readonly failure?: string;
}

/**
 * Waits for the end of a turn, and says how it ended. Rejects only if the program ends.
 *
 * @param running Settles when the agent has confirmed the end.
 * @param turn The current record.
 */
export async function howEnded(
  running: Promise<Outcome>,
  cancelled: AbortSignal,
  turn: () => TurnRecord,
  { settings, texts, log, signal }: Pick<Services, "settings" | "texts" | "log" | "signal">,
): Promise<TurnEnding> {
  try {
    const confirmed = await unlessStuck(running, cancelled, signal, settings.stopMs);
    if (confirmed !== undefined) return { outcome: confirmed };
    const stray = runOf(turn());
    return { outcome: "cancelled", ...(stray && { stray, notice: texts.stopUnconfirmed }) };
  } catch (error) {
    signal.throwIfAborted();
    if (error !== cancelled.reason) log.warn(`turn ${turn().id} failed: ${describe(error)}`);
    if (turn().cancelled) return { outcome: "cancelled" };
    return { outcome: "failed", failure: failureText(error, texts) };
  }
}
