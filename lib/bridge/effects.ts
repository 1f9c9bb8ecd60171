import type { ConversationUpdate } from "../model/conversation.ts";
import type { Target, Topic } from "../model/place.ts";
import type { ScriptAnswer } from "../model/script.ts";
import type { Work } from "../model/turn.ts";
import type { Changes } from "../store/changes.ts";

/**
 * The changes that a command, an ask or a turn asks for. The conversation, which is the only writer,
 * commits them in one step.
 */
export interface Effects extends Omit<Changes, "conversation" | "begun"> {
  /** Changes the conversation's record. It is applied to the record at the time of the commit. */
  readonly update?: ConversationUpdate;
  /** Prompts to add to the queue. */
  readonly enqueue?: readonly NewPrompt[];
  /** What scripts are told. It is kept before the changes are committed. */
  readonly answered?: readonly AnsweredScript[];
}

/** The answer to the request of a script. */
export interface AnsweredScript {
  /** The id of the request. */
  readonly script: string;
  readonly answer: ScriptAnswer;
}

/** What stores effects. */
export interface Committer {
  commit(effects: Effects): Promise<void>;
}

/** A prompt to add to the queue. */
export interface NewPrompt {
  readonly work: Work;
  /** The `open_id` of the person who asked. */
  readonly sender: string;
  /** The id of the message that asked for it; empty if a click did. */
  readonly messageId: string;
  /** When that was sent; see `TurnRecord`. */
  readonly sentAt?: number;
  /** Where the answer goes. */
  readonly target: Target;
  /** The topic that it opens and runs in, as a conversation of its own. */
  readonly opens?: Topic;
  /** Whether the message already has the reaction that says so. */
  readonly isTaken?: boolean;
  /** Whether it goes into the turn that runs. */
  readonly isNow?: boolean;
  /** The id of the request of a script that it answers. */
  readonly script?: string;
  /** How many fenced asks in a row led to it. */
  readonly round?: number;
  /** The id of the fenced ask that it answers. */
  readonly answers?: string;
}

/** Combines effects. Updates of the record are applied in order. */
export function combine(...all: readonly Effects[]): Effects {
  const updates = all.flatMap(({ update }) => update ?? []);
  // The type names all of them, so that none that is new is lost here.
  const combined: Required<Omit<Effects, "update">> = {
    handled: all.flatMap(({ handled = [] }) => handled),
    received: all.flatMap(({ received = [] }) => received),
    turns: all.flatMap(({ turns = [] }) => turns),
    closed: all.flatMap(({ closed = [] }) => closed),
    rows: all.flatMap(({ rows = [] }) => rows),
    rowChanges: all.flatMap(({ rowChanges = [] }) => rowChanges),
    sent: all.flatMap(({ sent = [] }) => sent),
    allowed: all.flatMap(({ allowed = [] }) => allowed),
    forgotten: all.flatMap(({ forgotten = [] }) => forgotten),
    happened: all.flatMap(({ happened = [] }) => happened),
    schedules: all.flatMap(({ schedules = [] }) => schedules),
    enqueue: all.flatMap(({ enqueue = [] }) => enqueue),
    answered: all.flatMap(({ answered = [] }) => answered),
  };
  return {
    ...combined,
    ...(updates.length > 0 && {
      update: (record) => updates.reduce((changed, update) => update(changed), record),
    }),
  };
}
