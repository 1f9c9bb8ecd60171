/**
 * Feishu allows 20 edits of a post or text, and any number of a card. A message that grows spends most of
 * them on the way, and keeps the rest for its end.
 */
import type { RenderMode } from "../model/slot.ts";
import { isCard } from "./draw/render.ts";

/** From this many edits on, a growing post or text waits for its end. */
const LIVE_EDITS = 15;
/** From this many edits on, only the final answer may edit a post or text. */
const SPENT_EDITS = 18;

/** Whether only the final answer may still edit a message. */
export function isSpent(mode: RenderMode, edits: number): boolean {
  return !isCard(mode) && edits >= SPENT_EDITS;
}

/**
 * Least milliseconds between two edits of a growing post or text. They become more with each edit, which
 * spreads the few edits over a turn of any length.
 */
export function pace(edits: number, throttleMs: number): number {
  return edits >= LIVE_EDITS ? Infinity : throttleMs * 1.4 ** edits;
}

/**
 * The edits to assume of a message that an earlier run of the program made and this one lets grow on.
 * Nobody counted all edits of that run, so from now on each run has one, and one for its stop.
 */
export function resumedEdits(mode: RenderMode, edits: number): number {
  return isCard(mode) ? edits : Math.max(edits + 2, LIVE_EDITS);
}
