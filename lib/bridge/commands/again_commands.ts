import type { Again, LedgerRow } from "../../model/ledger.ts";
import { targetOf } from "../../model/message.ts";
import type { Work } from "../../model/turn.ts";
import { taken } from "../turn/again.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";

/** Commands that continue or retry the last turn, if it ended without the wanted result. */
export const againCommands: Commands = {
  continue: { usage: "/continue", isOrdered: true, run: goOn },
  retry: { usage: "/retry", isOrdered: true, run: retry },
};

async function goOn(request: CommandRequest): Promise<CommandResult> {
  const { conversation: { record }, texts } = request;
  // A fresh session knows nothing of it.
  const work = ({ session }: Again) =>
    session !== undefined && session === record.sessionId ? { text: texts.goOnPrompt } : undefined;
  return await doAgain(request, work, texts.goOn) ?? { answer: texts.nothingToContinue };
}

async function retry(request: CommandRequest): Promise<CommandResult> {
  const { texts, admission } = request;
  // What somebody asked for who was removed since is not run.
  const work = ({ work, sender }: Again) => admission.mayUse(sender) ? work : undefined;
  return await doAgain(request, work, texts.tryAgain) ?? { answer: texts.nothingToRetry };
}

/** Queues what `workOf` makes of the last turn that can be done again; a button means its own turn only. */
async function doAgain(
  { message, conversation, texts }: CommandRequest,
  workOf: (again: Again) => Work | undefined,
  label: string,
): Promise<CommandResult | undefined> {
  const { pressed, sender: by } = message;
  const row = (await conversation.rows()).findLast(({ again }) =>
    again !== undefined && (pressed?.turn ?? again.turn) === again.turn
  );
  const work = row?.again && workOf(row.again);
  if (row === undefined || work === undefined) return undefined;
  const view = pressed && { line: texts.pressedBy(label), by };
  const change = (now: LedgerRow | undefined) => now?.again === undefined ? now : taken(now, view);
  return {
    enqueue: work,
    target: pressed ? row.slot.target : targetOf(message),
    rowChanges: [{ conversation: row.conversation, id: row.id, change }],
  };
}
