import { describe } from "../../base/errors.ts";
import type { ConversationRecord } from "../../model/conversation.ts";
import { newRow } from "../../model/ledger.ts";
import { type IncomingMessage, targetOf } from "../../model/message.ts";
import type { Chat } from "../../model/ports.ts";
import type { RowChange } from "../../store/changes.ts";
import type { Store } from "../../store/store.ts";
import type { Committer } from "../effects.ts";
import type { Groups } from "../places/groups.ts";
import { type InboxOptions, type MessageContent, readMessage } from "./inbox.ts";
import { DOWNLOADS_MS } from "./load_files.ts";
import type { LoadingQueue } from "./loading_queue.ts";
import { isWordless } from "./references.ts";
import { saidBefore, type SaidBeforeOptions } from "./said_before.ts";
import { fileNames, isWaiting } from "./waiting_files.ts";

/** What {@linkcode readPrompt} needs. */
export interface PromptOptions extends Omit<InboxOptions, "wantsTopic" | "isWaiting" | "isNotice"> {
  readonly chat: InboxOptions["chat"] & SaidBeforeOptions["chat"] & Pick<Chat, "slot">;
  readonly store: Pick<Store, "isNotice">;
  readonly groups: Pick<Groups, "hasContext">;
  readonly conversation: Committer & { readonly record: ConversationRecord };
  /** The queue that works on the message. */
  readonly loading: Pick<LoadingQueue, "isFollowed">;
}

/**
 * For how long after a file or a forwarded message its sender is not told to write a comment, in milliseconds: it may
 * be on its way. Feishu's client sends both about 300 ms apart (seen in practice).
 */
const COMMENT_MS = 1_000;

/** Reads what a message says and refers to, as far as its conversation does not know it yet. */
export async function readPrompt(
  message: IncomingMessage,
  options: PromptOptions,
  signal: AbortSignal,
): Promise<MessageContent> {
  const { conversation, loading, store, texts, log } = options;
  const { chatId, chatType, threadId, parentId, messageId } = message;
  // What waits for a text is followed by one that brings the topic.
  const wantsTopic = threadId !== undefined && !conversation.record.knowsTopic &&
    !options.isCommand && !isWordless(message);
  // The first prompt of a topic brings all that was said in it.
  const isFirst = wantsTopic && conversation.record.addressedAt === undefined;
  const wantsSaid = chatType === "group" && !isFirst && options.groups.hasContext(chatId) &&
    !options.isCommand && !isWordless(message);
  for (;;) {
    const { record } = conversation;
    const quoteWaits = parentId !== undefined && isWaiting(record, parentId);
    const more = {
      wantsTopic,
      isWaiting: (id: string) => isWaiting(record, id),
      isNotice: (id: string) => store.isNotice(id),
      onLate: (name: string) => {
        const notice = lateNotice(message, name, options);
        void conversation.commit({ rowChanges: [notice] })
          .catch((error) => log.warn(`cannot say that a file is late: ${describe(error)}`));
      },
    };
    const [read, said] = await Promise.all([
      readMessage(message, { ...options, ...more }, signal),
      wantsSaid ? saidBefore(message, { ...options, record }, signal) : "",
    ]);
    const content = { ...read, ...(said && { said }) };
    const isSaid = content.waits !== true ||
      await loading.isFollowed(messageId, COMMENT_MS, signal);
    // A message that passed this one may have taken what it quotes.
    if (quoteWaits && !isWaiting(conversation.record, parentId)) continue;
    if (isSaid) return content;
    const waiting = [...conversation.record.files ?? [], ...content.files];
    const lines = [content.reply, texts.gotFiles(fileNames(waiting))];
    return { ...content, reply: lines.filter((line) => line !== "").join("\n") };
  }
}

/** What says that a file does not come for a while. The chat shows it once, even if a restart repeats it. */
function lateNotice(
  message: IncomingMessage,
  name: string,
  { chat, conversation, texts }: Pick<PromptOptions, "chat" | "conversation" | "texts">,
): RowChange {
  const { key } = conversation.record;
  // A `uuid` of Feishu has at most 50 characters.
  const id = `file-late.${message.messageId}`.slice(0, 50);
  const view = { status: "plain", text: texts.fileLate(name, DOWNLOADS_MS / 60_000) } as const;
  const row = newRow(key, chat.slot(targetOf(message), id), view, id);
  return { conversation: key, id, change: (known) => known ?? row };
}
