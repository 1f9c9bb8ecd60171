import { pause } from "../../base/waiting/wakeup.ts";
import type { Services } from "../services.ts";
import { ChatsOnTop } from "./chats_on_top.ts";
import { offeredCommands } from "./offered_commands.ts";

/** What {@linkcode offerExtras} needs. */
export type OfferExtrasOptions = Pick<Services, "chat" | "store" | "outbox" | "log" | "signal">;

/**
 * Fills the chat's list of commands, takes off what an earlier run of the program left in the chat, and keeps
 * chats on top while something is asked in them. Resolves when the signal has aborted.
 */
export async function offerExtras(options: OfferExtrasOptions): Promise<void> {
  const { chat, outbox, signal } = options;
  const onTop = new ChatsOnTop(options);
  await onTop.begin();
  await outbox.reactions.tidy();
  await chat.offers.showCommands(offeredCommands(), signal);
  await pause(Infinity, signal);
  await onTop.settled();
}
