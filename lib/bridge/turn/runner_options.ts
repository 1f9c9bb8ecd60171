import type { ConversationRecord, ConversationUpdate } from "../../model/conversation.ts";
import type { TurnState, Work } from "../../model/turn.ts";
import type { TurnBudget } from "../budget/turn_budget.ts";
import type { Services } from "../services.ts";
import type { RunFollower } from "./run_follower.ts";
import type { TurnConversation } from "./turn_conversation.ts";
import type { Wait } from "./wait.ts";

/** The part of a conversation that a `TurnRunner` uses. */
export interface RunnerConversation {
  /** The current record. */
  readonly record: ConversationRecord;
  readonly others: TurnConversation["others"];
}

/** What a `TurnRunner` needs. */
export interface RunnerOptions
  extends Pick<Services, "agent" | "sessions" | "settings" | "texts" | "log" | "signal"> {
  readonly conversation: RunnerConversation;
  /** Asks before a budget of the day is exceeded. */
  readonly budget: Pick<TurnBudget, "mayBegin">;
  /** What is asked of the agent now. */
  readonly work: () => Work;
  /** How far the turn has come. */
  readonly state: () => TurnState;
  /** Aborts once the turn is cancelled. */
  readonly cancelled: AbortSignal;
  /**
   * Called when what the agent does may have changed. `busy` says whether its session is busy, if the
   * server was asked.
   */
  readonly onChange: (follower: RunFollower, busy: boolean | undefined) => void;
  /** Called when nothing but a text has grown. */
  readonly onText: () => void;
  /** Stores the turn's next state together with a change of the conversation. */
  readonly enter: (state: TurnState, update?: ConversationUpdate) => Promise<void>;
  /** Shows what the turn waits for, if it does. */
  readonly onWait: (wait: Wait | undefined) => void;
  /** Shows a notice to the reader. */
  readonly notify: (notice: string) => void;
  /** Says why the turn fails, where the agent does not. */
  readonly explain: (failure: string) => void;
}
