import type { Reading } from "../../model/reading.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { View } from "../../model/view.ts";

/**
 * What an earlier run of the program has shown of a turn. That is not stored, and opencode tells a text only once
 * it is complete, so the message stays as it is until more is known than it shows.
 */
export class ShownBefore {
  #stays: boolean;

  /** @param isResumed Whether an earlier run of the program accepted the turn. */
  constructor({ state, slot }: TurnRecord, isResumed: boolean) {
    this.#stays = isResumed && state.kind === "posted" && slot.messageId !== undefined;
  }

  /** The view to show next; `undefined` while what is shown stays. A note is shown at once: somebody may have to act. */
  next(reading: Reading | undefined, view: View): View | undefined {
    this.#stays &&= !view.note && isBehind(reading);
    return this.#stays ? undefined : view;
  }
}

/** Whether a reading lacks what was shown. */
function isBehind(reading: Reading | undefined): boolean {
  return reading === undefined || !reading.accepted || reading.isTextMissing === true;
}
