import { describe } from "../../base/errors.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import type { IncomingMessage } from "../../model/message.ts";
import type { CommandResult } from "../commands/command.ts";
import type { EarlierWork } from "./earlier_work.ts";
import type { HandlerConversation } from "./handler_conversation.ts";
import type { LoadingQueue } from "../inbox/loading_queue.ts";
import type { Services } from "../services.ts";

type CancelWhat = NonNullable<CommandResult["cancel"]>;

/** What {@linkcode cancelWork} needs. */
export interface CancelOptions extends Pick<Services, "store" | "outbox" | "log" | "signal"> {
  readonly conversation: Pick<HandlerConversation, "queue" | "mailbox">;
  readonly loading: LoadingQueue;
  readonly earlier: EarlierWork;
}

/** How long the note of what a command ends may take, in milliseconds: a full disk holds up no `/cancel`. */
const NOTE_MS = 500;

/**
 * Ends what a command is about: turns, messages that are loading, and messages that wait for asks. What it
 * ends is noted first: after a crash the command is handled again, and must end nothing that came later.
 *
 * @param message The command's message. A button's turns say who pressed it.
 * @returns The messages that waited, and are not handled any more.
 */
export async function cancelWork(
  { messageId, pressed, sender }: IncomingMessage,
  what: CancelWhat,
  { conversation: { queue, mailbox }, loading, earlier, store, outbox, log, signal }: CancelOptions,
): Promise<IncomingMessage[]> {
  let ids = idsOf(what, earlier);
  const note = async () => {
    const noted = await store.notes.cancelledBy(messageId);
    if (noted !== undefined) ids = noted;
    else await store.notes.noteCancel(messageId, ids);
  };
  const noting = note().catch((error) => log.warn(`cannot note a cancel: ${describe(error)}`));
  await pause(NOTE_MS, signal, noting);
  const isMeant = (id: string) => ids.includes(id);
  const skipped = mailbox.skip(earlier.waiting.filter((message) => isMeant(message.messageId)));
  for (const { messageId } of skipped) outbox.react(messageId, "cancelled");
  for (const id of ids) loading.callOff(id);
  // What loaded may be in the queue by now.
  const turns = queue.turns.filter(({ record }) => isMeant(record.id) || isMeant(record.messageId));
  if (pressed) { for (const turn of turns) turn.noteStop(sender); }
  await queue.drop(...turns);
  return skipped;
}

/** The ids of turns and messages that a command ends now. */
function idsOf(
  what: CancelWhat,
  { turns, running, loading, waiting }: EarlierWork,
): readonly string[] {
  if (typeof what === "object") return [what.turn];
  switch (what) {
    case "running":
      return running === undefined ? [] : [running.record.id];
    case "loading":
      return loading.slice(0, 1);
    case "all":
      return [
        ...turns.map(({ record }) => record.id),
        ...loading,
        ...waiting.map(({ messageId }) => messageId),
      ];
  }
}
