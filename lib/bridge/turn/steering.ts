import type { FollowedTurn } from "../../model/followed_turn.ts";
import { type Run, runOf, type TurnRecord } from "../../model/turn.ts";
import type { Services } from "../services.ts";

/** A turn that can go into another one that runs. */
export interface SteerableTurn {
  readonly record: TurnRecord;
  /** Resolves when its prompt is known to be in the session, or it has ended. */
  whenTaken(): Promise<void>;
  /** Gives its prompt to the agent while another turn runs. Returns `false` if it runs by itself already. */
  steer(turnId: string, into: Run): boolean;
  /** Notes that its prompt was answered along with that of the turn that it went into; returns its record. */
  noteAnswered(into: string): TurnRecord;
}

/** The queue of a conversation, as far as turns go into others. */
export interface SteerQueue {
  /** The running turn first. */
  readonly turns: readonly SteerableTurn[];
  /** Puts a turn right behind the running one. */
  moveUp(turn: SteerableTurn): void;
}

/** What came of {@linkcode steerTurn}: the turn goes into the running one, or why it does not. */
export type Steered = "steers" | "not waiting" | "nothing runs" | "refused";

/**
 * Puts a waiting turn into the running one, as soon as the agent has the running turn's prompt. A turn that
 * is already on its way there is left alone.
 *
 * @throws Only the signal's reason.
 */
export async function steerTurn(
  id: string,
  queue: SteerQueue,
  { signal }: Pick<Services, "signal">,
): Promise<Steered> {
  const [running] = queue.turns;
  const find = () => queue.turns.find(({ record }) => record.id === id);
  const meant = find();
  if (meant === undefined) return "not waiting";
  if (meant.record.steers !== undefined) return "steers";
  if (running === undefined || meant === running) return "nothing runs";
  // A command is more than a text, and some runs of a schedule have a session of their own.
  const isPlain = meant.record.task === undefined && running.record.task?.kind !== "compact" &&
    [meant, running].every(({ record }) => record.scheduled?.directory === undefined);
  if (!isPlain || running.record.cancelled) return "refused";
  await running.whenTaken();
  signal.throwIfAborted();
  if (meant.record.steers !== undefined) return "steers";
  if (queue.turns[0] !== running || find() === undefined) return "nothing runs";
  const run = runOf(running.record);
  if (run === undefined || !meant.steer(running.record.id, run)) return "refused";
  queue.moveUp(meant);
  return "steers";
}

/** The records of the turns whose prompts were answered along with a turn that has ended. */
export function answeredAlong(
  { turns }: Pick<SteerQueue, "turns">,
  { id: into }: Pick<TurnRecord, "id">,
  follower: Pick<FollowedTurn, "answers"> | undefined,
): TurnRecord[] {
  return turns.filter(({ record }) => {
    const run = runOf(record);
    return record.steers === into && run !== undefined && follower?.answers(run.userMessageId);
  }).map((turn) => turn.noteAnswered(into));
}
