import { defined } from "../../base/json.ts";
import type { ConversationRecord, Elsewhere } from "../../model/conversation.ts";
import type { TurnRecord } from "../../model/turn.ts";

/** A move of a conversation. */
export interface Move {
  /** The name of the machine that it leaves. */
  readonly from: string;
  readonly to: string;
  /** Where it begins there, unless it was there before. */
  readonly cwd: string;
}

/**
 * The record of a conversation on another machine: in a session that begins there, or in the one that it had there.
 * What it leaves stays in the record, for its way back.
 */
export function movedRecord(
  record: ConversationRecord,
  { from, to, cwd }: Move,
): ConversationRecord {
  const { elsewhere = {}, directory, worktree, leaving, sessionId, ...others } = record;
  const { model, effort, agent, recent, shown, ...rest } = others;
  // What means nothing without the session, or on another disk.
  const {
    moving: _moving,
    listed: _listed,
    queued: _queued,
    rules: _rules,
    prompts: _prompts,
    undo: _undo,
    auto: _auto,
    knowsTopic: _knowsTopic,
    ...kept
  } = rest;
  const { [to]: there, ...elsewhereStill } = elsewhere;
  const place = {
    directory,
    worktree,
    leaving,
    sessionId,
    model,
    effort,
    agent,
    recent,
    shown,
  } satisfies Record<keyof Elsewhere, unknown>;
  const left = { ...elsewhereStill, [from]: defined(place) };
  return { ...kept, directory: cwd, ...there, elsewhere: left };
}

/** A turn that goes on on another machine: from its beginning, as its session stays behind. Nobody is asked again. */
export function movedTurn(turn: TurnRecord): TurnRecord | undefined {
  const { steers: _, answeredIn: _answeredIn, earlier: _earlier, ...rest } = turn;
  switch (turn.state.kind) {
    case "ended":
    case "stopping":
      return undefined;
    default: {
      // Nobody asks again for what the agent did by itself, or for what others did in its terminal.
      const isOver = turn.cancelled || turn.begunBy !== undefined;
      const next: TurnRecord = { ...rest, state: { kind: "queued" }, isConfirmed: true };
      return isOver ? { ...next, cancelled: true } : next;
    }
  }
}
