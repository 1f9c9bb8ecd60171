import type { HandlerConversation } from "./handler_conversation.ts";
import type { Services } from "../services.ts";
import { fileNames, isFileOf } from "../inbox/waiting_files.ts";

/**
 * Takes out a recalled message that waits to be handled again, and its files that wait or are in queued turns;
 * says which.
 */
export async function takeOut(
  messageId: string,
  conversation: HandlerConversation,
  { store, texts }: Pick<Services, "store" | "texts">,
): Promise<void> {
  const { chatId, threadId, files = [] } = conversation.record;
  const waiting = files.filter((file) => isFileOf(file, messageId));
  const queued = await Promise.all(
    conversation.queue.turns.map((turn) => turn.takeOut(messageId)),
  );
  const out = [...waiting, ...queued.flat()];
  if (await store.isInInbox(messageId)) await conversation.commit({ handled: [{ messageId }] });
  if (out.length === 0) return;
  const target = threadId === undefined ? { chatId } : { chatId, threadId, replyTo: messageId };
  await conversation.commit({
    rows: conversation.rows(target, texts.filesTakenOut(fileNames(out))),
    update: ({ files = [], ...record }) => ({
      ...record,
      files: files.filter((file) => !isFileOf(file, messageId)),
    }),
  });
}
