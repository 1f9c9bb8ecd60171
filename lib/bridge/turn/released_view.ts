import { runOf, type TurnRecord } from "../../model/turn.ts";
import type { View } from "../../model/view.ts";
import type { Services } from "../services.ts";

/**
 * The view of an open turn when the program ends; none if it goes on on another machine.
 *
 * @param live What is known of it.
 */
export function releasedView(
  turn: TurnRecord,
  live: View,
  { settings, texts }: Pick<Services, "settings" | "texts">,
  isMoving: boolean,
): View | undefined {
  if (isMoving) return undefined;
  const run = runOf(turn);
  // What waits for the model goes on by itself.
  const isLost = run !== undefined && run.limit === undefined && settings.ownsAgent;
  const note = isLost ? texts.turnStopped : texts.bridgeStopped;
  return { ...live, status: "interrupted", note, buttons: [] };
}
