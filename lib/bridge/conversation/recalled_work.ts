import { conversationKey } from "../../model/place.ts";
import { isOurs } from "../machines/is_ours.ts";
import type { Services } from "../services.ts";
import { isRecalled } from "../turn/recall.ts";
import { messageOf } from "../inbox/waiting_files.ts";

/** What can tell whether messages were recalled. */
type Recalls = Pick<Services, "chat" | "log" | "signal">;

/** The ids of those messages that were recalled, as far as the chat can be asked. */
export async function recalledOf(
  messages: readonly { readonly messageId: string }[],
  services: Recalls,
): Promise<Set<string>> {
  const recalled = await Promise.all(
    messages.map(async ({ messageId }) => await isRecalled(messageId, services) ? [messageId] : []),
  );
  return new Set(recalled.flat());
}

/** The messages whose work waits or runs and that were recalled while the bridge could not hear it. */
export async function recalledWork(
  { store, ...services }: Recalls & Pick<Services, "store">,
): Promise<{ readonly chatId: string; readonly messageId: string }[]> {
  const turns = (await store.turns()).map(({ messageId, slot, conversation: key }) => ({
    key,
    messageId,
    chatId: slot.target.chatId,
  }));
  const files = (await store.conversations()).flatMap(({ key, chatId, files = [] }) =>
    [...new Set(files.map(messageOf))].map((messageId) => ({ key, messageId, chatId }))
  );
  const inbox = (await store.inbox())
    .map(({ messageId, ...place }) => ({ key: conversationKey(place), messageId, ...place }));
  const open = [...inbox, ...turns, ...files].filter(({ key }) => isOurs(store, key));
  const recalled = await recalledOf(open, services);
  return open.filter(({ messageId }) => recalled.has(messageId));
}
