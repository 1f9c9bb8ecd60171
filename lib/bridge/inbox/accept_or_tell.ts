import { describe } from "../../base/errors.ts";
import { whenSlow } from "../../base/waiting/when_slow.ts";
import type { IncomingMessage } from "../../model/message.ts";
import { conversationKey } from "../../model/place.ts";
import type { StoreTrouble } from "../../model/store_trouble.ts";
import type { Services } from "../services.ts";
import { troubleText } from "../trouble_text.ts";

/** After how many milliseconds a sender is told that a message cannot be stored. */
const SLOW_MS = 2_500;

/**
 * Awaits the storing of a message, and tells its sender what is wrong if that takes long or fails. It is not
 * acknowledged meanwhile, so Feishu delivers it again.
 *
 * @returns What `accepting` resolves with.
 */
export async function acceptOrTell<T>(
  accepting: Promise<T>,
  { messageId, ...place }: Pick<IncomingMessage, "messageId" | "chatId" | "threadId">,
  { store, chat, outbox, languages }: Pick<Services, "store" | "chat" | "outbox" | "languages">,
): Promise<T> {
  const { chatId } = place;
  const tell = (trouble: StoreTrouble, uuid: string) => {
    const text = troubleText(trouble, languages.textsOf(conversationKey(place)));
    const slot = chat.slot({ chatId }, uuid.slice(0, 50));
    return outbox.sendOnce(slot, { status: "plain", text });
  };
  try {
    return await whenSlow(accepting, SLOW_MS, async () => {
      const { trouble } = store;
      // Once a chat: more of its messages may wait.
      if (trouble?.of === "kv") await tell(trouble, `kv.${trouble.since}.${chatId}`);
    });
  } catch (error) {
    await tell(store.trouble ?? { of: "disk", why: describe(error) }, `disk.${messageId}`);
    throw error;
  }
}
