import { describe } from "../../base/errors.ts";
import type { TurnState } from "../../model/turn.ts";
import type { Services } from "../services.ts";

/** What {@linkcode takeBack} needs. */
export interface TakeBackOptions extends Pick<Services, "agent" | "log" | "signal"> {
  /** How far the turn has come. */
  readonly state: () => TurnState;
  /** Stores the turn's next state. */
  readonly enter: (state: TurnState) => Promise<void>;
}

/** How long it may take, in milliseconds. */
const TAKE_BACK_MS = 10_000;

/**
 * Takes back the prompt of a cancelled turn that went into another run, if the agent has not read it yet. What it
 * has read stays: that cannot be undone.
 *
 * @param hasOwnRun Whether the turn runs by itself by now, and finds out what the agent has.
 * @returns Whether the agent does not have it.
 */
export async function takeBack(
  hasOwnRun: () => boolean,
  { agent, state, enter, log, signal }: TakeBackOptions,
): Promise<boolean> {
  const now = state();
  if (now.kind !== "posted" && now.kind !== "begun") return now.kind === "queued";
  if (!now.run.steers) return false;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(TAKE_BACK_MS)]);
  const isTaken = await agent.takeBack(now.run, limited).catch((error) => {
    log.warn(`cannot take back a prompt: ${describe(error)}`);
    return false;
  });
  if (!isTaken || hasOwnRun() || state() !== now) return false;
  await enter({ kind: "queued" });
  return true;
}
