import { backoff } from "../../base/waiting/backoff.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import { isSentAfter, type Ordered } from "./sent_order.ts";
import type { Turn } from "./turn.ts";

/** How long to wait before a turn that threw an error runs again. */
const BACKOFF = { firstMs: 500, maxMs: 60_000 };
/** How often a turn may throw before it ends with a notice instead of its answer. */
const MAX_FAILURES = 4;

/** What a {@linkcode TurnQueue} does with a turn; see `Turn`. */
export interface QueuedTurn
  extends
    Pick<Turn, "run" | "drop" | "cancel" | "takeBack" | "release" | "showQueued" | "resumeStop"> {
  readonly record: Ordered & Partial<Pick<Turn["record"], "id">>;
  readonly stopping: Promise<void> | undefined;
}

/** What a {@linkcode TurnQueue} needs. */
export interface TurnQueueOptions<T extends QueuedTurn = Turn> {
  /** Ends all work. */
  readonly signal: AbortSignal;
  /** Whether turns that wait may begin; see {@linkcode TurnQueue.goOn}. Always unless given. */
  readonly mayBegin?: () => boolean;
  /** Called each time a turn throws an error. */
  readonly onError: (error: unknown) => void;
  /** Called when a turn begins to run. */
  readonly onBegin?: (turn: T) => void;
  /** Called when a turn has ended. */
  readonly onEnd?: () => void;
  /** Ends a turn that threw an error again and again with a notice. It may throw as well. */
  readonly giveUp: (turn: T, error: unknown) => Promise<void>;
}

/**
 * The turns of a conversation. The first one runs; the others wait in order. A turn that throws an error
 * runs again, with backoff: its stored state says how far it got.
 */
export class TurnQueue<T extends QueuedTurn = Turn> {
  readonly #turns: T[] = [];
  /** Those that run, or have run. */
  readonly #begun = new WeakSet<T>();
  readonly #options: TurnQueueOptions<T>;
  /** Settles when no turn is left; not set while nothing runs. */
  #running: Promise<void> | undefined;
  /** What turns that have ended in the chat wait for: the agent has not confirmed that they stopped. */
  readonly #stopping = new Set<Promise<void>>();

  constructor(options: TurnQueueOptions<T>) {
    this.#options = options;
  }

  /** The running turn first, then the queued ones. */
  get turns(): readonly T[] {
    return this.#turns;
  }

  /**
   * Adds a turn. It runs after the earlier ones, but before waiting ones that were sent after it. One that only has
   * to stop holds up no other. One that the agent works on already goes before those that wait, and runs at once:
   * they wait for its session.
   */
  add(turn: T): void {
    const { kind } = turn.record.state;
    if (kind === "stopping") {
      turn.resumeStop();
      return this.#watchStop(turn.stopping);
    }
    if (kind === "queued") {
      const later = this.#turns.findIndex((one) =>
        !this.#begun.has(one) && isSentAfter(one.record, turn.record)
      );
      const place = later === -1 ? this.#turns.length : later;
      this.#turns.splice(place, 0, turn);
      for (let i = Math.max(place, 1); i < this.#turns.length; i++) this.#turns[i]?.showQueued(i);
      return this.goOn();
    }
    const waiting = this.#turns.findIndex(({ record }) => record.state.kind === "queued");
    this.#turns.splice(waiting === -1 ? this.#turns.length : waiting, 0, turn);
    if (waiting === 0) this.#watchStop(this.#runFirst(turn));
    else this.goOn();
  }

  /**
   * Removes queued turns, and cancels the running one if it is among them. None of them begins from now on.
   * Resolves when that is stored; their messages follow.
   */
  async drop(...turns: readonly T[]): Promise<void> {
    const open = this.#turns.filter((turn) => isAmong(turn, turns));
    // What goes into the running turn ends after that, unless the agent has not read it yet.
    const queued = open.filter((turn) => !this.#begun.has(turn) && !isSteered(turn));
    for (const turn of queued) this.#turns.splice(this.#turns.indexOf(turn), 1);
    try {
      await Promise.all(open.map((turn) => turn.cancel()));
    } finally {
      // Also if that could not be stored: they are not among the turns any more, and nobody else ends them.
      for (const turn of queued) this.#watchStop(this.#dropToEnd(turn));
      const steered = open.filter((turn) => isSteered(turn) && !this.#begun.has(turn));
      for (const turn of steered) this.#watchStop(this.#takeBack(turn));
    }
  }

  /** Puts a turn that goes into the running one right behind that. */
  moveUp(turn: T): void {
    const from = this.#turns.indexOf(turn);
    if (from < 1) return;
    this.#turns.splice(from, 1);
    const to = this.#turns.findIndex((one, i) => i > 0 && !isSteered(one));
    this.#turns.splice(to === -1 ? this.#turns.length : to, 0, turn);
  }

  /** Resolves when no turn runs, and none that was cancelled has yet to stop. */
  async rested(): Promise<void> {
    while (this.#running !== undefined || this.#stopping.size > 0) {
      await Promise.all([this.#running, ...this.#stopping]);
    }
  }

  /** Runs what may begin now and could not before. */
  goOn(): void {
    this.#running ??= this.#run();
  }

  /**
   * Releases all turns when their work ends here. Call it after their signal has aborted.
   *
   * @param isMoving Whether they go on elsewhere.
   */
  async release(isMoving = false): Promise<void> {
    await this.#running;
    await Promise.all(this.#stopping);
    await Promise.all(this.#turns.map((turn) => turn.release(isMoving)));
  }

  #watchStop(stopping: Promise<void> | undefined): void {
    if (stopping === undefined) return;
    this.#stopping.add(stopping);
    stopping.finally(() => this.#stopping.delete(stopping));
  }

  async #run(): Promise<void> {
    const { mayBegin = () => true } = this.#options;
    const isHeld = ({ record }: T) => record.state.kind === "queued" && !mayBegin();
    const next = () => this.#turns.find((turn) => !this.#begun.has(turn) && !isHeld(turn));
    for (let turn = next(); turn !== undefined; turn = next()) {
      await this.#runFirst(turn);
      // Its stored state is resumed at the next start.
      if (this.#options.signal.aborted) break;
      // The others still wait for at most as many as they say: an edit of each costs too many calls.
      this.#turns[1]?.showQueued(1);
    }
    // Cleared at once, so that the next turn added starts another run.
    this.#running = undefined;
  }

  /** Runs a turn and removes it when it has ended. */
  async #runFirst(turn: T): Promise<void> {
    this.#options.onBegin?.(turn);
    await this.#runToEnd(turn);
    this.#watchStop(turn.stopping);
    if (this.#options.signal.aborted) return;
    this.#turns.splice(this.#turns.indexOf(turn), 1);
    this.#options.onEnd?.();
  }

  /** Ends a turn that has not begun, however long that takes; never rejects. */
  async #dropToEnd(turn: T): Promise<void> {
    const { signal, onError } = this.#options;
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        return await turn.drop();
      } catch (error) {
        onError(error);
        await pause(backoff(failures, BACKOFF), signal);
      }
    }
  }

  /** Ends a turn whose prompt the agent has and has not read, if that can be taken back; never rejects. */
  async #takeBack(turn: T): Promise<void> {
    const { signal, onError } = this.#options;
    const isBack = await turn.takeBack().catch((error) => signal.aborted || onError(error));
    const i = this.#turns.indexOf(turn);
    if (isBack !== true || signal.aborted || i === -1 || this.#begun.has(turn)) return;
    this.#turns.splice(i, 1);
    await this.#dropToEnd(turn);
  }

  /** Runs a turn again and again until it has ended or the program ends; never rejects. */
  async #runToEnd(turn: T): Promise<void> {
    const { signal, onError, giveUp } = this.#options;
    this.#begun.add(turn);
    let lastError: unknown;
    for (let failures = 0; !signal.aborted;) {
      try {
        return await (failures < MAX_FAILURES ? turn.run() : giveUp(turn, lastError));
      } catch (error) {
        lastError = error;
        failures++;
        onError(error);
        await pause(backoff(failures, BACKOFF), signal);
      }
    }
  }
}

/** Whether the agent may have the prompt of a turn, which goes into another turn. */
function isSteered({ record: { steers, state } }: QueuedTurn): boolean {
  return steers !== undefined && state.kind !== "queued";
}

/** Whether a turn is among others, or goes into one of them. */
function isAmong<T extends QueuedTurn>(turn: T, turns: readonly T[]): boolean {
  const { steers } = turn.record;
  return turns.includes(turn) ||
    (isSteered(turn) && turns.some(({ record }) => record.id === steers));
}
