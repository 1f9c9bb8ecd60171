import type { Log } from "../../base/log.ts";
import type { AlwaysRule } from "../../model/always_rule.ts";
import type { ConversationRecord, ConversationUpdate } from "../../model/conversation.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { IncomingMessage } from "../../model/message.ts";
import type { Target } from "../../model/place.ts";
import type { Agent, Chat } from "../../model/ports.ts";
import type { Preferences } from "../../model/preferences.ts";
import type { Schedule } from "../../model/schedule.ts";
import type { GroupMode, GroupReply } from "../../model/settings.ts";
import type { Updater } from "../../model/updater.ts";
import type { Work } from "../../model/turn.ts";
import type { View } from "../../model/view.ts";
import type { FileSpace } from "../../store/files/file_space.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Ask, AskSummary } from "../asks/ask.ts";
import type { DayBudget, SpendingReader } from "../budget/budgets.ts";
import type { KnownMachines } from "../machines/known_machines.ts";
import type { Admission } from "../people/admission.ts";
import type { Effects } from "../effects.ts";
import type { BridgeSettings } from "../settings.ts";
import type { Steered } from "../turn/steering.ts";

/** A slash command of the chat. */
export interface Command {
  /** How it is typed, as `/help` and the README show it. */
  readonly usage: string;
  readonly aliases?: readonly string[];
  /** Which arguments are allowed. Default: none. */
  readonly argumentPattern?: RegExp;
  /** Whether its argument may be any text, which is kept as it was written. */
  readonly takesText?: boolean;
  /** Whether it runs only after earlier messages are in the queue, because it would affect them. */
  readonly isOrdered?: boolean;
  /** Whether it offers a list to choose from when its argument is missing. */
  readonly hasPicker?: boolean;
  /** What it has set for the conversation, for `/settings`; `undefined` if nothing. A command without it sets nothing. */
  readonly current?: (request: CommandRequest) => string | undefined;
  /** Whether it acts at once, however late its message comes. */
  readonly isNeverLate?: boolean;
  /** How long it may take, in milliseconds, if that is longer than for others. */
  readonly limitMs?: number;
  readonly run: (request: CommandRequest) => Promise<CommandResult> | CommandResult;
}

/** Commands by name. */
export type Commands = Readonly<Record<string, Command>>;

/** A command that somebody sent. */
export interface CommandRequest {
  readonly message: IncomingMessage;
  /** The text after the command's name. */
  readonly argument: string;
  readonly conversation: CommandConversation;
  readonly agent: Agent;
  readonly chat: Pick<Chat, "maxFileBytes" | "offers">;
  readonly settings: Pick<
    BridgeSettings,
    "cwd" | "stateDir" | "roots" | "askTimeoutMs" | "notify" | "shown" | "ownsAgent"
  >;
  readonly fileSpace: FileSpace;
  readonly admission: Admission;
  readonly texts: Texts;
  /** Installs new versions of the program; not set where nothing can be installed. */
  readonly updater?: Updater | undefined;
  /** All commands, for `/help`. */
  readonly commands: Commands;
  /** The machines that share the bot; not set if there is only this one. */
  readonly machines?: Pick<KnownMachines, "all"> | undefined;
  /** The lines of `/status` that are the same for all conversations. */
  readonly systemStatus: (texts: Texts) => Promise<string[]>;
  readonly log: Log;
  /** Aborts when the command takes too long. */
  readonly signal: AbortSignal;
}

/** A conversation as commands see it. */
export interface CommandConversation {
  /** The current record. */
  readonly record: ConversationRecord;
  /** The running turn first, then the queued ones. */
  readonly turns: readonly TurnSummary[];
  /** How many messages that were sent before the command are on their way into the queue. */
  readonly loading: number;
  /** How many of them wait for the asks of a resumed turn. */
  readonly waiting: number;
  /** The open asks. */
  readonly asks: readonly AskSummary[];
  /** Reads the rows of its ledger. */
  rows(): Promise<LedgerRow[]>;
  /** Puts a waiting turn into the running one; see `steerTurn`. */
  steer(turnId: string): Promise<Steered>;
  /** Reads the records of all conversations. */
  all(): Promise<readonly ConversationRecord[]>;
  /** Reads what *always* was answered to in any conversation, the oldest first. */
  allowed(): Promise<readonly AlwaysRule[]>;
  /** What was used up here and elsewhere. */
  readonly spendings: SpendingReader;
  /** Reads the budgets that hold here today. */
  budgets(): Promise<readonly DayBudget[]>;
  /** Reads the schedules of all conversations. */
  schedules(): Promise<readonly Schedule[]>;
  /** The group that it is, or is a topic of; not set in a direct chat. */
  readonly group?: CommandGroup;
  /** Stores a change of the record before the command has ended. */
  save(update: ConversationUpdate): Promise<void>;
  /**
   * Has a person, by `open_id`, told when a turn ends; returns whether there is one.
   *
   * @param end.turn Its id; without it, it is the first one before the command.
   * @param end.isBuzz Whether the person's phone rings then.
   */
  awaitEnd(
    openId: string,
    end: { readonly turn?: string | undefined; readonly isBuzz?: boolean },
  ): Promise<boolean>;
  /** Whether another conversation is in a session too. */
  isShared(sessionId: string): Promise<boolean>;
  /** The directories in which turns run now, in any conversation. */
  running(): Promise<readonly string[]>;
  /** Begins to install a version of the program; what came of it is told at a place, perhaps after a restart. */
  installUpdate(version: string, target: Target): Promise<void>;
  /** Moves another conversation elsewhere, and says so there. */
  moveOther(other: ConversationRecord, update: ConversationUpdate, why: MoveReason): Promise<void>;
}

/** Says in a conversation's own language why it was moved. */
export type MoveReason = (texts: Texts) => string;

/** A group as commands see it. */
export interface CommandGroup {
  /** What counts in it. */
  readonly mode: GroupMode;
  /** Where its requests are answered. */
  readonly reply: GroupReply;
  /** What was chosen in it; what is not set is as the settings have it. */
  readonly chosen: Pick<Preferences, "group" | "reply">;
  /** Whether a prompt brings what was said in it before. */
  readonly hasContext: boolean;
  /** Stores a change of the group's own record. */
  save(update: ConversationUpdate): Promise<void>;
  /** The permission without which the bot does not get messages that do not mention it, if it is missing. */
  lackingScope(signal: AbortSignal): Promise<string | undefined>;
}

/** A turn as `/status` shows it. */
export interface TurnSummary {
  readonly id: string;
  /** What is asked. */
  readonly text: string;
  /** The `open_id` of the person who asked. */
  readonly sender: string;
  /** Whether it waits for the running turn. */
  readonly isWaiting: boolean;
  /** For how many milliseconds it has run or waited. */
  readonly ageMs: number;
  /** What it waits for, as a text for people. */
  readonly waitsFor: string;
  readonly model?: string | undefined;
  /** The directory that it runs in, once that is settled. */
  readonly directory?: string | undefined;
  /** Whether it was sent after the command, which came late. */
  readonly isLater: boolean;
}

/** The answer of a command and the changes that it asks for. */
export interface CommandResult
  extends Pick<Effects, "update" | "rowChanges" | "forgotten" | "schedules"> {
  /** A text or messages; not set if a turn will answer. */
  readonly answer?: string | readonly View[];
  /** Something to ask before the command goes on. */
  readonly ask?: Ask;
  /** Work to queue as a prompt of the message's sender. */
  readonly enqueue?: Work;
  /** Where that is answered, if not where the command was sent. */
  readonly target?: Target;
  /**
   * Cancels the running turn, the first message that loads, or all that runs, loads or waits; but nothing that was
   * sent after the command. Or a turn by its id.
   */
  readonly cancel?: "running" | "loading" | "all" | { readonly turn: string };
}
