import type { ConversationRecord } from "../../model/conversation.ts";
import { type IncomingMessage, type SavedFile, targetOf } from "../../model/message.ts";
import type { Topic } from "../../model/place.ts";
import type { Task } from "../../model/turn.ts";
import type { Admission } from "../people/admission.ts";
import type { Effects } from "../effects.ts";
import type { MessageContent } from "./inbox.ts";
import { isSlow, promptOf } from "./prompt_of.ts";
import type { Services } from "../services.ts";
import { isFileOf } from "./waiting_files.ts";

/** What {@linkcode promptEffects} needs. */
export interface PromptContext {
  /** The conversation's record. */
  readonly record: ConversationRecord;
  readonly admission: Admission;
  readonly chat: Pick<Services["chat"], "clock">;
  /** What is asked, if it is no ordinary prompt. */
  readonly task: Task | undefined;
  /** The topic that it opens, if it is a prompt. */
  readonly opens: Topic | undefined;
}

/** The effects of a message's content: it becomes a prompt with all files that wait, or its files wait with them. */
export function promptEffects(
  message: IncomingMessage,
  content: MessageContent,
  { record, admission, task, chat, opens }: PromptContext,
): Effects {
  const { prompt, topic, said } = content;
  const files = allFiles(record, content, message, admission);
  if (prompt === "") {
    if (content.files.length === 0) return {};
    return { update: (record) => ({ ...record, files }) };
  }
  const work = {
    text: prompt,
    ...(files.length > 0 && { files }),
    ...(topic && { topic }),
    ...(said && { said }),
    ...(task && { task }),
  };
  const target = { ...targetOf(message), ...(opens && { threadId: opens.threadId }) };
  return {
    update: ({ files: _, ...record }) => ({
      ...record,
      ...(message.chatType === "group" && {
        addressedAt: Math.max(record.addressedAt ?? 0, chat.clock.theirs(message.createdAt)),
      }),
    }),
    enqueue: [{
      ...promptOf(message, work, chat),
      target,
      isTaken: isSlow(message),
      ...(opens ? { opens } : message.isNow && { isNow: true }),
    }],
  };
}

/**
 * The files that wait in a conversation, and those of a message. Left out are files of people who were removed
 * since, and those that the message brings itself because it quotes their message.
 */
function allFiles(
  { files: waiting = [] }: Pick<ConversationRecord, "files">,
  { files, commentOf }: Pick<MessageContent, "files" | "commentOf">,
  { sender }: Pick<IncomingMessage, "sender">,
  admission: Admission,
): SavedFile[] {
  const isWanted = (file: SavedFile) =>
    (file.sender === undefined || admission.mayUse(file.sender)) &&
    (commentOf === undefined || !isFileOf(file, commentOf));
  return [...waiting.filter(isWanted), ...files.map((file) => ({ ...file, sender }))];
}
