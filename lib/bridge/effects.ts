import type { ConversationUpdate } from "../model/conversation.ts";
import type { Target } from "../model/place.ts";
import type { Work } from "../model/turn.ts";
import type { Changes } from "../store/changes.ts";

/**
 * What commands, asks and turns want changed. They return effects; their conversation, the only writer,
 * commits them in one step.
 */
export interface Effects extends Omit<Changes, "conversation"> {
  /** Changes the conversation's record, as it is when the effects are committed. */
  readonly update?: ConversationUpdate;
  /** Prompts that join the queue. */
  readonly enqueue?: readonly NewPrompt[];
}

/** A prompt that is to be queued. */
export interface NewPrompt {
  readonly work: Work;
  /** Whose prompt it is, by `open_id`. */
  readonly sender: string;
  /** The message that asks for it; empty when a click does. */
  readonly messageId: string;
  /** Where its answer goes. */
  readonly target: Target;
  /** How many questions of the agent, one after the other, led to it. */
  readonly round?: number;
  /** The id of the question to which it is the answer. */
  readonly answers?: string;
}

/** All effects as one. */
export function combine(...all: readonly Effects[]): Effects {
  const updates = all.flatMap(({ update }) => update ?? []);
  return {
    handled: all.flatMap(({ handled = [] }) => handled),
    turns: all.flatMap(({ turns = [] }) => turns),
    closed: all.flatMap(({ closed = [] }) => closed),
    rows: all.flatMap(({ rows = [] }) => rows),
    rowChanges: all.flatMap(({ rowChanges = [] }) => rowChanges),
    sent: all.flatMap(({ sent = [] }) => sent),
    enqueue: all.flatMap(({ enqueue = [] }) => enqueue),
    ...(updates.length > 0 && {
      update: (record) => updates.reduce((changed, update) => update(changed), record),
    }),
  };
}
