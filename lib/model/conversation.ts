import type { Budget } from "./budget.ts";
import type { SavedFile } from "./message.ts";
import type { Place, Target } from "./place.ts";
import type { Preferences } from "./preferences.ts";
import type { PromptMark } from "./prompt.ts";

/** The stored state of a conversation: a chat or topic bound to one agent session in one directory. */
export interface ConversationRecord extends Place {
  /** Made by `conversationKey`. */
  readonly key: string;
  readonly directory: string;
  /** The git worktree around it, if it is in one that was begun here. */
  readonly worktree?: Worktree;
  /** Who wrote here last, by `open_id`; not set in records of older versions of the program. */
  readonly person?: string;
  /** The worktree that it has left so that it can be removed; set until that is done. */
  readonly leaving?: Worktree;
  /** Unset until the first prompt, and after `/new` or `/cwd`. */
  readonly sessionId?: string;
  /** `provider/model`, if somebody chose one. */
  readonly model?: string;
  /** How hard that model is to think (`low`, `high`, …), if somebody chose that. */
  readonly effort?: string;
  /** opencode's agent (`build`, `plan`, …), if somebody chose one. */
  readonly agent?: string;
  /** What differs here from the bridge's settings. */
  readonly preferences?: Preferences;
  /** The ids of the sessions last listed in the chat, which `/resume` takes by number. */
  readonly listed?: readonly string[];
  /** The models and directories that were chosen here last, the newest first. */
  readonly recent?: {
    readonly models?: readonly string[];
    readonly directories?: readonly string[];
  };
  /** The ids of the turns that `/queue` listed last, which it takes by number. */
  readonly queued?: readonly string[];
  /** The ids of the schedules that `/schedule` listed last, which it takes by number. */
  readonly schedules?: readonly string[];
  /** The ids of the rules that `/rules` listed last, which it takes by number. */
  readonly rules?: readonly string[];
  /** The `open_id`s of the people whom `/users` listed last, which it takes by number. */
  readonly people?: readonly string[];
  /** What is allowed without asking for a while. */
  readonly auto?: Auto;
  /** What may be used up here in a day, topics included, if somebody chose that. */
  readonly budget?: Budget;
  /** What was said here about the budgets of a day. */
  readonly budgetDay?: BudgetDay;
  /** An update of the program that was begun here, until it is told what came of it. */
  readonly updating?: Updating;
  /** The ids of the prompts that `/rewind` listed last, which it takes by number. */
  readonly prompts?: readonly string[];
  readonly undo?: Undo;
  /** The machine that it goes to as soon as nothing runs in it, by its name. */
  readonly moving?: string;
  /** Where it was on other machines, by their names: it goes on there when it comes back. */
  readonly elsewhere?: Readonly<Record<string, Elsewhere>>;
  /** The last turn that the chat has shown. */
  readonly shown?: ShownTurn;
  /**
   * The id of the turn that told the agent what was said in the topic before; `true` in records of an older
   * version of the program.
   */
  readonly knowsTopic?: string | true;
  /** When the last message was sent that became a prompt, in milliseconds since 1970 on the platform's clock. */
  readonly addressedAt?: number;
  /** What was said before prompts that the agent did not get, marked as context: it goes with the next one. */
  readonly saidBack?: readonly SaidBack[];
  /** Files that wait for a text that says what to do with them. */
  readonly files?: readonly SavedFile[];
}

/** A git worktree with a branch of its own. */
export interface Worktree {
  /** Its top directory. */
  readonly path: string;
  readonly branch: string;
}

/** Where a conversation was on a machine: what means nothing on another one. */
export type Elsewhere = Pick<
  ConversationRecord,
  | "directory"
  | "worktree"
  | "leaving"
  | "sessionId"
  | "model"
  | "effort"
  | "agent"
  | "recent"
  | "shown"
>;

/** What is remembered of a turn that has ended: what the agent does by itself afterwards belongs to it. */
export interface ShownTurn {
  readonly sessionId: string;
  /** The last prompt of the session that was shown. */
  readonly prompt: PromptMark;
  /** The `open_id` of the person who asked. */
  readonly sender: string;
  readonly target: Target;
}

/** What a turn gave back of what was said before it. */
export interface SaidBack {
  /** The id of the turn. */
  readonly turn: string;
  readonly text: string;
}

/** Edits and reads inside a directory, in the turns of one person. */
export interface Auto {
  /** In milliseconds since 1970 on this machine's clock. */
  readonly until: number;
  /** Whose turns, by `open_id`. */
  readonly by: string;
  readonly directory: string;
  /** Where its end is told; not set in records of an older version of the program. */
  readonly target?: Target;
}

/** Whose budget it is: a topic's or chat's own, that of a topic's chat, or that of all chats. */
export type BudgetScope = "here" | "chat" | "all";

/** What was said in a conversation about the budgets of a day. */
export interface BudgetDay {
  /** A day of this machine, for example `2026-11-28`. */
  readonly day: string;
  /** How many times each of them was raised here. */
  readonly raised?: Readonly<Partial<Record<BudgetScope, number>>>;
  /** Those of which people were told that they are nearly used up. */
  readonly warned?: readonly BudgetScope[];
}

/** An update of the program. */
export interface Updating {
  readonly id: string;
  /** The versions. */
  readonly to: string;
  readonly from: string;
  /** Where it is told. */
  readonly target: Target;
}

/** The last undo or redo. */
export interface Undo {
  /** The id of the message that asked for it. */
  readonly by: string;
  /** The first undone turn afterwards; `null`: none. */
  readonly to: string | null;
  /** Set while the agent has not confirmed it. The same command sent again then means this one. */
  readonly open?: "undo" | "redo";
}

/** Changes a conversation's record. */
export type ConversationUpdate = (record: ConversationRecord) => ConversationRecord;
