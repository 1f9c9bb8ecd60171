import { persist } from "../../base/waiting/persist.ts";
import type { ConversationRecord } from "../../model/conversation.ts";
import type { Topic } from "../../model/place.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { Changes } from "../../store/changes.ts";
import type { NewPrompt } from "../effects.ts";
import { firstRecord } from "../places/first_record.ts";
import type { Services } from "../services.ts";
import { newTurn } from "./new_turn.ts";

/** A prompt in a topic that it opens. */
export interface Opening {
  readonly topic: Topic;
  readonly turn: TurnRecord;
  /** The record of the topic's conversation, and when the prompt was sent. */
  readonly begun: NonNullable<Changes["begun"]>[number];
}

/** The prompts that open topics, each with the conversation that it begins, which starts where its group is. */
export function openings(
  prompts: readonly NewPrompt[],
  group: ConversationRecord,
  { chat, groups }: Pick<Services, "chat" | "groups">,
): Opening[] {
  return prompts.flatMap((prompt) => {
    const { opens: topic, sentAt = 0 } = prompt;
    if (topic === undefined) return [];
    // Before the topic is open, so that the first messages from there count.
    groups.join(topic);
    const record = firstRecord(topic, group, group.directory);
    const turn = newTurn(prompt, record.key, chat);
    // Its prompt is all that was said there.
    const begun = { record: { ...record, knowsTopic: turn.id, addressedAt: sentAt }, at: sentAt };
    return [{ topic, turn, begun }];
  });
}

/** The conversations that are new. Somebody may have begun the topic and written to the bot there already. */
export async function newConversations(
  opened: readonly Opening[],
  { store }: Pick<Services, "store">,
): Promise<NonNullable<Changes["begun"]>> {
  const known = await Promise.all(opened.map(({ begun }) => store.conversation(begun.record.key)));
  return opened.filter((_, i) => known[i] === undefined).map(({ begun }) => begun);
}

/** Runs a stored turn in the topic that it opens. Rejects only if the signal aborts. */
export async function beginThere(
  { topic, turn }: Opening,
  { conversationOf, log, signal }: Pick<Services, "conversationOf" | "log" | "signal">,
): Promise<void> {
  const what = `open the topic of turn ${turn.id}`;
  const open = () => conversationOf(topic);
  (await persist(open, { log, signal, what, mayPass: () => true })).begin(turn);
}
