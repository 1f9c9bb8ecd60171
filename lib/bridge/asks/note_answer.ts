import { describe } from "../../base/errors.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import type { Changes, RowChange } from "../../store/changes.ts";
import type { Services } from "../services.ts";

/** How long an answer waits until it is noted, in milliseconds. */
const NOTE_MS = 500;

/**
 * Notes that an answer is on its way: after a crash, somebody else would seem to have given it.
 *
 * @param answered What notes it on the card of the ask.
 * @param noted What is stored with that.
 */
export async function noteAnswer(
  answered: RowChange,
  noted: Changes | undefined,
  { store, log, signal }: Pick<Services, "store" | "log" | "signal">,
): Promise<void> {
  const noting = store.commit({ ...noted, rowChanges: [answered] })
    .catch((error) => log.warn(`ask ${answered.id}: cannot note its answer: ${describe(error)}`));
  // A full disk holds up no answer.
  await pause(NOTE_MS, signal, noting);
}
