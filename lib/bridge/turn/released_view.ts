import { runOf, type TurnRecord } from "../../model/turn.ts";
import type { View } from "../../model/view.ts";
import type { Services } from "../services.ts";

/** The view of an open turn when the program ends. @param live What is known of it. */
export function releasedView(
  turn: TurnRecord,
  live: View,
  { settings, texts }: Pick<Services, "settings" | "texts">,
): View {
  const run = runOf(turn);
  // What waits for the model goes on by itself.
  const isLost = run !== undefined && run.limit === undefined && settings.ownsAgent;
  const note = isLost ? texts.turnStopped : texts.bridgeStopped;
  return { ...live, status: "interrupted", note, buttons: [] };
}
