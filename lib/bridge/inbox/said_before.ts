import { describe } from "../../base/errors.ts";
import type { ConversationRecord } from "../../model/conversation.ts";
import type { IncomingMessage } from "../../model/message.ts";
import type { PastMessage } from "../../model/past_message.ts";
import type { Chat } from "../../model/ports.ts";
import { agentTexts } from "../../texts/agent.ts";
import { transcript } from "./past_text.ts";
import type { Services } from "../services.ts";

/** What {@linkcode saidBefore} needs. */
export interface SaidBeforeOptions extends Pick<Services, "log"> {
  readonly chat: Pick<Chat, "readTopic" | "clock">;
  readonly record: Pick<ConversationRecord, "addressedAt">;
}

/** How many messages and characters of what was said are context, the newest. */
const MAX_MESSAGES = 30;
const MAX_CHARS = 4_000;
/** How far back in a group in which the bot was never addressed, in milliseconds. */
const REACH_MS = 24 * 3_600_000;
/** How long reading may take, in milliseconds. It is an extra, so nobody waits long for it. */
const READ_MS = 5_000;

/**
 * What people said in a group, or in a topic of it, between the last message that became a prompt and this one,
 * marked as context. Empty if that was nothing, or if it cannot be read: without the scope it is not missed.
 */
export async function saidBefore(
  { rootId: _, ...message }: IncomingMessage,
  { chat, record, log }: SaidBeforeOptions,
  signal: AbortSignal,
): Promise<string> {
  const since = record.addressedAt ?? chat.clock.theirs(message.createdAt) - REACH_MS;
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(READ_MS)]);
    const { messages } = await chat.readTopic(message, limited);
    const talk = messages.filter((one) =>
      !one.author.isThisBot && !one.mentionsBot && one.missing === undefined &&
      one.messageId !== message.parentId && chat.clock.theirs(one.createdAt) > since
    );
    const text = newest(talk, message.sender);
    return text === "" ? "" : `${agentTexts.said}\n${text.replaceAll(/^/gm, "> ")}`;
  } catch (error) {
    signal.throwIfAborted();
    log.debug(`cannot read what was said before ${message.messageId}: ${describe(error)}`);
    return "";
  }
}

/** The newest messages that there is room for, with their authors; their files by name only. */
function newest(messages: readonly PastMessage[], asker: string): string {
  const lines: string[] = [];
  let room = MAX_CHARS;
  for (const message of messages.slice(-MAX_MESSAGES).toReversed()) {
    const line = transcript([message], { asker, names: new Map(), failed: new Set() });
    const shown = line.slice(0, room).toWellFormed();
    room -= line.length;
    lines.unshift(shown === line ? line : `${shown}…`);
    if (room <= 0) break;
  }
  return lines.join("\n");
}
