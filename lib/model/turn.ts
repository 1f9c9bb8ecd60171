import type { SavedFile } from "./message.ts";
import type { ScheduledRun } from "./schedule.ts";
import type { Slot } from "./slot.ts";
import type { Spending } from "./spending.ts";
import type { FileChange, ToolCall } from "./tool_call.ts";

/** What a person asks of the agent. */
export interface Work {
  readonly text: string;
  /** The attachments. */
  readonly files?: readonly SavedFile[];
  /** What was said before in the topic. It goes with the first prompt of the topic that the agent gets. */
  readonly topic?: Pick<Work, "text" | "files">;
  /** What was said in the group since the bot was last addressed, marked as context. */
  readonly said?: string;
  /** Set if it is not an ordinary prompt. */
  readonly task?: Task;
  /** Set if a schedule runs it. */
  readonly scheduled?: ScheduledRun;
}

/** One of opencode's own commands, or the request to compact the session's context. */
export type Task =
  | { readonly kind: "command"; readonly name: string; readonly arguments: string }
  | { readonly kind: "compact" };

/** The stored state of a turn: a prompt, until its final answer is in the ledger. */
export interface TurnRecord extends Work {
  readonly id: string;
  /** The conversation's key. */
  readonly conversation: string;
  /** The id of the message that asked for it; empty if a click did. */
  readonly messageId: string;
  /** The `open_id` of the person who asked. */
  readonly sender: string;
  /** When it was accepted, in milliseconds since 1970. */
  readonly createdAt: number;
  /**
   * When the message that asked for it was sent, in milliseconds since 1970 on the chat platform's clock; not
   * set if an answer did.
   */
  readonly sentAt?: number;
  /** The message that shows the turn. */
  readonly slot: Slot;
  readonly state: TurnState;
  /** Somebody cancelled it; it may still be running. */
  readonly cancelled?: boolean;
  /** It goes into the turn that runs, if it can. */
  readonly isNow?: boolean;
  /** The id of the turn whose run its prompt goes into, while that runs. */
  readonly steers?: string;
  /** The id of the turn along with whose prompt its own was answered. */
  readonly answeredIn?: string;
  /** The `open_id` of the person who cancelled it by a button. */
  readonly stoppedBy?: string;
  /** It came late, and somebody who was asked had it run. */
  readonly isConfirmed?: boolean;
  /** Nobody has asked for it here: how it began. The text is that of its prompt. */
  readonly begunBy?: "agent" | "others";
  /** What its message shows already: it goes on with an answer that has ended. */
  readonly earlier?: EarlierAnswer;
  /** The id of the request of a script that it answers. */
  readonly script?: string;
  /** The text of its answer when the program was ended in the middle of it. */
  readonly unfinished?: string;
  /** How many fenced asks in a row led to this prompt. */
  readonly round?: number;
  /** The id of the fenced ask that this prompt answers. */
  readonly answers?: string;
  /** Who wants to be told when it ends, whatever is set, by `open_id`. */
  readonly awaitedBy?: readonly string[];
  /** Whose phones ring then, too. */
  readonly buzzes?: readonly string[];
  /** What the agent has sent to the chat itself so far, in order. */
  readonly sent?: readonly SentFile[];
  /** What it has used up, as far as that is counted. */
  readonly spent?: Spending;
  /** What `/auto` has let through in it. */
  readonly allowed?: Allowed;
}

/** How much was allowed without asking, and the last of it. */
export interface Allowed {
  readonly count: number;
  readonly last: string;
}

/** A file that the agent has sent: it is in the ledger, or was delivered. */
export interface SentFile {
  /** The call that sent it, in its turn; empty if none did. */
  readonly call: string;
  /** Empty for a picture that a tool has returned. */
  readonly name: string;
  /** The SHA-256 of its content, in Base64. */
  readonly digest: string;
}

/** What the message of an answer shows that has ended. */
export interface EarlierAnswer {
  readonly text: string;
  readonly tools: readonly ToolCall[];
  readonly files: readonly FileChange[];
  /** What it has used up, if that is of the same turn. */
  readonly spent?: Pick<Spending, "cost" | "tokens">;
}

/**
 * The progress of a turn. Only the agent's server can tell that a turn with a run has ended. An ended turn
 * is deleted from the store; its messages are in the ledger.
 */
export type TurnState =
  /** It waits for the turns before it. `isOverBudget`: it may run although a budget of the day is used up. */
  | { readonly kind: "queued"; readonly isOverBudget?: true }
  /** Its ids are stored. The agent may or may not have the prompt. */
  | { readonly kind: "begun"; readonly run: Run }
  /** The agent has the prompt. */
  | { readonly kind: "posted"; readonly run: Run }
  /**
   * It was cancelled, and its last message is in the ledger, but the agent has not confirmed yet that it has
   * stopped. Nothing else runs in its session meanwhile.
   */
  | { readonly kind: "stopping"; readonly run: Run }
  | { readonly kind: "ended"; readonly outcome: Outcome; readonly run?: Run };

/** How a turn ended. */
export type Outcome = "done" | "failed" | "cancelled" | "interrupted";

/** A turn in the agent's session. Its ids are stored before the request that uses them. */
export interface Run {
  readonly sessionId: string;
  readonly directory: string;
  readonly userMessageId: string;
  readonly partId: string;
  /** In milliseconds since 1970 on this machine's clock, which the agent's may differ from. */
  readonly startedAt: number;
  /** The last prompt that the session was known to have before; empty if it was new, not set if none was known. */
  readonly after?: string;
  /** `provider/model`; if not set, the agent uses the last one of the session. */
  readonly model?: string;
  /** How hard the model is to think, by opencode's name for it (`low`, `high`, …). */
  readonly effort?: string;
  /** opencode's agent (`build`, `plan`, …). */
  readonly agent?: string;
  /** The agent takes its prompt into what it does already, at the next step. */
  readonly steers?: true;
  /** What the agent waited for when it was last heard of. */
  readonly limit?: ModelLimit;
  /** It goes on with an earlier run of the turn, whose server ended while it waited: what that had brought. */
  readonly goesOn?: EarlierAnswer;
}

/** The model's provider takes no requests for a while. */
export interface ModelLimit {
  /** In milliseconds since 1970 on the agent's clock. */
  readonly until: number;
  /** What the provider says. */
  readonly why: string;
}

/** The run of a turn, if the turn has begun. */
export function runOf({ state }: Pick<TurnRecord, "state">): Run | undefined {
  return state.kind === "queued" ? undefined : state.run;
}
