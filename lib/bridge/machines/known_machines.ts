import type { SeenMachine } from "../../model/machine.ts";
import type { IncomingMessage } from "../../model/message.ts";

/** The machines that share the bot, as the rest of the bridge sees them. */
export interface KnownMachines {
  /** All of them, this one first. */
  readonly all: readonly SeenMachine[];
  /** Moves a conversation, by its key, to the machine that its record names, once nothing runs in it. */
  move(conversation: string): void;
  /** Hands a stored message over when it is its turn. */
  inOrder(message: IncomingMessage, hand: () => void): void;
  /** Whether this machine reads a chat's history. */
  mayRead(chatId: string): boolean;
}
