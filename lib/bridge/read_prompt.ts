import { basename, dirname } from "@std/path";
import type { ConversationRecord } from "../model/conversation.ts";
import type { IncomingMessage } from "../model/message.ts";
import type { Chat } from "../model/ports.ts";
import type { Store } from "../store/store.ts";
import { type InboxOptions, type MessageContent, readMessage } from "./inbox.ts";
import type { LoadingQueue } from "./loading_queue.ts";

/** What {@linkcode readPrompt} needs. */
export interface PromptOptions extends Omit<InboxOptions, "wantsTopic" | "waiting"> {
  readonly store: Pick<Store, "markSeen">;
  readonly chat: InboxOptions["chat"] & Pick<Chat, "clock">;
  readonly conversation: { readonly record: ConversationRecord };
  /** The queue that works on the message. */
  readonly loading: Pick<LoadingQueue, "isFollowed">;
}

/**
 * How long after a file or a forwarded message its comment may come without that its sender is told to write
 * one, in milliseconds. Feishu's client sends both about 300 ms apart (seen in practice).
 */
const COMMENT_MS = 1_000;

/** Reads what a message says and refers to, as far as its conversation does not know it yet. */
export async function readPrompt(
  message: IncomingMessage,
  options: PromptOptions,
  signal: AbortSignal,
): Promise<MessageContent> {
  const { conversation, loading, store, chat } = options;
  const { files = [], sessionId, knowsTopic } = conversation.record;
  // A conversation of an earlier version of the program has a session, and knows its topic.
  const isFirst = !knowsTopic && sessionId === undefined;
  const wantsTopic = message.threadId !== undefined && isFirst && !options.isCommand;
  const waiting = new Set(files.map(({ path }) => basename(dirname(path))));
  const content = await readMessage(message, { ...options, wantsTopic, waiting }, signal);
  const { waits, reply, commentOf: messageId } = content;
  // Its event may come later than its comment's.
  if (messageId !== undefined) {
    await store.markSeen({ chatId: message.chatId, messageId }, chat.clock.theirs(Date.now()));
  }
  if (waits === undefined) return content;
  if (await loading.isFollowed(message.messageId, COMMENT_MS, signal)) return content;
  return { ...content, reply: reply === "" ? waits : `${reply}\n${waits}` };
}
