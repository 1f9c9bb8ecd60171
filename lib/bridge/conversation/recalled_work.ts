import type { Services } from "../services.ts";
import { isRecalled } from "../turn/recall.ts";
import { messageOf } from "../inbox/waiting_files.ts";

/** What can tell whether messages were recalled. */
type Recalls = Pick<Services, "chat" | "signal">;

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
  const turns = (await store.turns())
    .map(({ messageId, slot }) => ({ messageId, chatId: slot.target.chatId }));
  const files = (await store.conversations()).flatMap(({ chatId, files = [] }) =>
    [...new Set(files.map(messageOf))].map((messageId) => ({ messageId, chatId }))
  );
  const open = [...await store.inbox(), ...turns, ...files];
  const recalled = await recalledOf(open, services);
  return open.filter(({ messageId }) => recalled.has(messageId));
}
