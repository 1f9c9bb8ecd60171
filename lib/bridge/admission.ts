import type { Allowed } from "../config.ts";
import type { Incoming } from "../feishu/connection/events.ts";

/** What to do with a message before anything else looks at it. */
export type Verdict = "admit" | "stranger" | "ignore";

/** Whether a person may use the bot; `paired` are those who sent the code. */
export function mayUse(
  sender: string,
  allowed: Allowed,
  paired: { has(openId: string): boolean } = new Set(),
): boolean {
  switch (allowed.kind) {
    case "everyone":
      return true;
    case "pair":
      return paired.has(sender);
    case "list":
      return allowed.openIds.includes(sender);
  }
}

/** Decides about a message. In groups only what mentions `bot` (its `open_id`) counts; `@all` does not. */
export function judge(
  incoming: Incoming,
  allowed: Allowed,
  bot: string,
  paired?: { has(openId: string): boolean },
): Verdict {
  if (incoming.chatType === "group" && !incoming.mentions.includes(bot)) return "ignore";
  return mayUse(incoming.sender, allowed, paired) ? "admit" : "stranger";
}

/** The key of the conversation that a message belongs to: its chat, or its topic in the chat. */
export function conversationKey(incoming: Pick<Incoming, "chatId" | "threadId">): string {
  const { chatId, threadId } = incoming;
  return threadId === undefined ? chatId : `${chatId}/${threadId}`;
}
