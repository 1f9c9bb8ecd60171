import type { SavedFile } from "./message.ts";
import type { Slot } from "./slot.ts";

/** What a person wants of the agent. */
export interface Work {
  readonly text: string;
  /** What came with it. */
  readonly files?: readonly SavedFile[];
  /** Set when it is no prompt for the model. */
  readonly task?: Task;
}

/** One of opencode's own commands, or the request to compact the session's context. */
export type Task =
  | { readonly kind: "command"; readonly name: string; readonly arguments: string }
  | { readonly kind: "compact" };

/** A prompt from the moment it is accepted until its final answer is in the ledger. */
export interface TurnRecord extends Work {
  readonly id: string;
  /** The conversation's key. */
  readonly conversation: string;
  /** The message that asked for it; empty when a click did. */
  readonly messageId: string;
  /** Who asked, by `open_id`. */
  readonly sender: string;
  /** When it was accepted, in milliseconds since 1970. */
  readonly createdAt: number;
  /** The message that shows the turn. */
  readonly slot: Slot;
  readonly state: TurnState;
  /** Somebody asked for its end. */
  readonly cancelled?: boolean;
  /** How many questions of the agent, one after the other, led to this prompt. */
  readonly round?: number;
  /** The id of the question in the chat to which it is the answer. */
  readonly answers?: string;
}

/**
 * How far a turn is. Only the server's word moves it from `posted` to its end; what has ended is not
 * stored any more, its messages are.
 */
export type TurnState =
  /** Waits for the turns before it. */
  | { readonly kind: "queued" }
  /** Its ids are stored; the agent may have the prompt or not. */
  | { readonly kind: "begun"; readonly run: Run }
  /** The agent has the prompt. */
  | { readonly kind: "posted"; readonly run: Run }
  | { readonly kind: "ended"; readonly outcome: Outcome; readonly run?: Run };

/** How a turn ended. */
export type Outcome = "done" | "failed" | "cancelled" | "interrupted";

/** A turn in the agent's session. The ids are made and stored before the request that uses them. */
export interface Run {
  readonly sessionId: string;
  readonly directory: string;
  readonly userMessageId: string;
  readonly partId: string;
  /** When it began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** `provider/model`; the agent takes the session's last one otherwise. */
  readonly model?: string;
  /** The agent of opencode. */
  readonly agent?: string;
}

/** The run of a turn that has begun. */
export function runOf({ state }: Pick<TurnRecord, "state">): Run | undefined {
  return state.kind === "queued" ? undefined : state.run;
}
