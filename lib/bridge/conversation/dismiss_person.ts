import type { ConversationRecord } from "../../model/conversation.ts";
import type { Target } from "../../model/place.ts";
import type { Asks } from "../asks/asks.ts";
import type { LateMessages } from "../asks/late_messages.ts";
import type { Committer } from "../effects.ts";
import type { LoadingQueue } from "../inbox/loading_queue.ts";
import type { Services } from "../services.ts";
import type { TurnQueue } from "../turn/turn_queue.ts";
import type { VoiceMessages } from "../voice/voice_messages.ts";

/** The part of a conversation that somebody leaves. */
export interface LeftConversation extends Committer {
  readonly record: ConversationRecord;
  readonly queue: TurnQueue;
  readonly asks: Asks;
  readonly voice: Pick<VoiceMessages, "messagesOf" | "recall">;
  say(target: Target, text: string): Promise<void>;
}

/** What {@linkcode dismissPerson} needs. */
export interface DismissOptions extends Pick<Services, "texts"> {
  readonly late: LateMessages;
  readonly loading: LoadingQueue;
}

/** Ends everything that a person, by `open_id`, has asked for in a conversation, and says so. */
export async function dismissPerson(
  openId: string,
  conversation: LeftConversation,
  { late, loading, texts }: DismissOptions,
): Promise<void> {
  loading.callOffOf(openId);
  for (const messageId of late.messagesOf(openId)) {
    await conversation.commit(await late.recall(messageId) ?? {});
  }
  for (const messageId of conversation.voice.messagesOf(openId)) {
    await conversation.commit(await conversation.voice.recall(messageId) ?? {});
  }
  const turns = conversation.queue.turns.filter(({ record }) => record.sender === openId);
  await conversation.queue.drop(...turns);
  const userGone = texts.userGone(openId);
  const asked = new Set(conversation.asks.promptsOf(openId));
  await conversation.commit(await conversation.asks.sync([], (id) => asked.has(id), userGone));
  const waiting = conversation.record.files?.filter(({ sender }) => sender !== openId);
  if (waiting) await conversation.commit({ update: (record) => ({ ...record, files: waiting }) });
  const [first] = turns;
  if (first) await conversation.say(first.slot.target, userGone);
}
