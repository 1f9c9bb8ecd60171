import type { ConversationRecord, ConversationUpdate } from "../../model/conversation.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { IncomingMessage } from "../../model/message.ts";
import type { Agent, Chat } from "../../model/ports.ts";
import type { Work } from "../../model/turn.ts";
import type { View } from "../../model/view.ts";
import type { Texts } from "../../texts/texts.ts";
import type { BridgeSettings } from "../settings.ts";

/** A slash command of the chat. */
export interface Command {
  /** How it is typed; `/help` and the README show it. */
  readonly usage: string;
  readonly aliases?: readonly string[];
  /** What may follow the name; a text with anything else there is a prompt. Nothing may, unless given. */
  readonly argumentPattern?: RegExp;
  /** Waits until the messages before it are in the queue, since it changes what becomes of them. */
  readonly isOrdered?: boolean;
  readonly run: (request: CommandRequest) => Promise<CommandResult> | CommandResult;
}

/** Commands by name. */
export type Commands = Readonly<Record<string, Command>>;

/** A command that somebody sent. */
export interface CommandRequest {
  readonly message: IncomingMessage;
  /** What follows the command's name. */
  readonly argument: string;
  readonly conversation: CommandConversation;
  readonly agent: Agent;
  readonly chat: Pick<Chat, "maxFileBytes">;
  readonly settings: Pick<BridgeSettings, "filesDir">;
  readonly texts: Texts;
  /** All commands, for `/help`. */
  readonly commands: Commands;
  /** Lines for `/status` about what all conversations share. */
  readonly systemStatus: () => string[];
  /** Aborts when the answer would come too late. */
  readonly signal: AbortSignal;
}

/** What a command sees of its conversation. */
export interface CommandConversation {
  /** As it is now. */
  readonly record: ConversationRecord;
  /** The turns that are not over, the running one first. */
  readonly turns: readonly TurnSummary[];
  /** How many messages are on their way into the queue. */
  readonly loading: number;
  /** The titles of the open questions. */
  readonly askTitles: readonly string[];
  /** The rows of its ledger. */
  rows(): Promise<LedgerRow[]>;
  /** Stores a change before the command goes on. */
  save(update: ConversationUpdate): Promise<void>;
}

/** A turn, as `/status` shows it. */
export interface TurnSummary {
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  /** What it waits for, in words. */
  readonly waitsFor: string;
  readonly model?: string | undefined;
}

/** What a command answers and changes. */
export interface CommandResult {
  /** A text or messages; none when a turn will answer. */
  readonly answer?: string | readonly View[];
  readonly update?: ConversationUpdate;
  /** Queued as a prompt of the message's sender. */
  readonly enqueue?: Work;
  /** Ends the running turn, or what loads when none runs; `all` empties the queue too. */
  readonly cancel?: "running" | "all";
}
