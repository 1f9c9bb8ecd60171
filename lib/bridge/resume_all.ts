import { describe } from "../base/errors.ts";
import { conversationKey } from "../model/place.ts";
import { runOf } from "../model/turn.ts";
import { recalledOf } from "./conversation/recalled_work.ts";
import type { Conversations } from "./conversations.ts";
import { isOurs } from "./machines/is_ours.ts";
import type { Services } from "./services.ts";

/**
 * Resumes everything that was open when the program ended. Resolves when all of it is in the mailboxes of its
 * conversations, with the conversations of undelivered rows; the work goes on afterwards.
 */
export async function resumeAll(
  conversations: Conversations,
  options: Omit<Services, "texts">,
): Promise<readonly string[]> {
  const { store, sessions, log } = options;
  const open = (await store.turns()).filter((turn) => isOurs(store, turn.conversation));
  // A turn that had begun keeps its session: another chat's turn must not begin in it first.
  for (const turn of open) {
    const run = runOf(turn);
    if (run !== undefined) sessions.tryTake(run.sessionId, turn.id);
  }
  const turns = Map.groupBy(open, ({ conversation }) => conversation);
  const messages = await store.inbox();
  // The start does not wait for the chat's answers.
  const recalled = recalledOf(messages, options);
  const inbox = Map.groupBy(messages, (message) => conversationKey(message));
  const rows = (await store.rows()).map(({ conversation }) => conversation);
  const timed = (await store.known.list()).flatMap(({ key, auto }) => auto ? key : []);
  // All are opened first: the work of one would hold up the next, and with it the start.
  const begins: (() => void)[] = [];
  for (const key of new Set([...turns.keys(), ...inbox.keys(), ...rows, ...timed])) {
    const waiting = inbox.get(key) ?? [];
    const place = waiting[0] ?? await store.conversation(key);
    if (place === undefined || !isOurs(store, key)) continue;
    const conversation = await conversations.get(place);
    // What machines share is taken up as it is opened.
    if (store.shared !== undefined) continue;
    begins.push(() => {
      conversation.resume({ turns: turns.get(key) ?? [], inbox: waiting, recalled })
        .catch((error) => log.error(`cannot resume conversation ${key}: ${describe(error)}`));
    });
  }
  for (const begin of begins) begin();
  return rows;
}
