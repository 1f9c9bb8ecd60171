import type { Reading } from "../../model/reading.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { View } from "../../model/view.ts";
import type { LiveMessage, SlotHolder } from "../outbox/live_message.ts";
import type { Services } from "../services.ts";
import type { AwakeClock } from "./awake_clock.ts";
import { waitAgain } from "./give_back.ts";
import type { TurnEnding } from "./how_ended.ts";
import { queuedView } from "./queued_view.ts";
import { releasedView } from "./released_view.ts";
import { ShownBefore } from "./shown_before.ts";
import type { TurnConversation } from "./turn_conversation.ts";
import { TurnNotes } from "./turn_notes.ts";
import { liveView, type TurnViewOptions, viewOptions } from "./turn_view.ts";
import type { Wait } from "./wait.ts";

/** A turn that has a message. */
export interface ShownTurn extends SlotHolder {
  readonly record: TurnRecord;
  /** What a reader should see of it, once it is followed. */
  readonly reading: Reading | undefined;
  readonly clock: Pick<AwakeClock, "now">;
}

/** What a {@linkcode TurnMessage} needs. */
export interface TurnMessageOptions extends Services {
  readonly conversation: TurnConversation;
  /** Whether an earlier run of the program accepted the turn. */
  readonly isResumed: boolean;
  /** How much the turn has asked. */
  readonly asked: () => number;
  /** What else the reader has to know, a line each. */
  readonly notices: () => readonly (string | undefined)[];
}

/** The message of a turn while it grows, from its place in the queue to its outcome. */
export class TurnMessage {
  readonly notes = new TurnNotes();
  readonly #turn: ShownTurn;
  readonly #options: TurnMessageOptions;
  readonly #shownBefore: ShownBefore;
  readonly #live: LiveMessage;
  #isOver: boolean;

  constructor(turn: ShownTurn, options: TurnMessageOptions) {
    const { outbox, isResumed, asked } = options;
    this.#turn = turn;
    this.#options = options;
    this.#isOver = turn.record.state.kind === "stopping";
    this.#shownBefore = new ShownBefore(turn.record, isResumed);
    this.#live = outbox.live(turn, turn.record.conversation, asked);
  }

  /** Whether the outcome is known: the message does not grow any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What it shows while the turn runs. */
  get view(): View {
    return liveView(this.#turn.reading, this.viewOptions);
  }

  /** What its views depend on besides the reading. */
  get viewOptions(): TurnViewOptions {
    const { conversation, notices, texts } = this.#options;
    const { record, reading, clock } = this.#turn;
    const waits = this.#isOver ? waitAgain(record, texts) : "";
    return viewOptions(record, reading, this.#options, {
      notices: [...this.notes.lines, ...notices(), waits],
      conversation,
      now: clock.now(),
    });
  }

  /** Schedules an edit. @param isStep Whether it may show more than text that has grown. */
  show(isStep = true): void {
    if (this.#isOver) return;
    this.#live.show(() => this.#shownBefore.next(this.#turn.reading, this.view), isStep);
  }

  /** Shows that the turn waits behind at most `before` others. */
  showQueued(before: number): void {
    const { conversation: { asks }, texts } = this.#options;
    this.#live.show(() => queuedView(this.#turn.record, before, texts, asks.summaries));
  }

  /** Shows what the turn waits for, if it does. A cancelled turn waits for its stop. */
  showWait(wait: Wait | undefined): void {
    if (this.#isOver) return;
    const { stoppingNote: note, waitsForStop: waitsFor } = this.#options.texts;
    this.notes.wait = this.#turn.record.cancelled ? { note, waitsFor } : wait;
    this.show();
  }

  /** Takes how the turn ended. From now on the message does not grow. */
  end(ending: TurnEnding): void {
    this.#isOver = true;
    this.notes.end(ending);
  }

  /** Stops growing. Resolves when no request is running. */
  async stop(): Promise<void> {
    await this.#live.stop();
  }

  /** Stops when the program ends, and says so in the message unless the turn goes on elsewhere. */
  async release(isMoving: boolean): Promise<void> {
    await this.#live.stop(
      releasedView(this.#turn.record, this.view, this.#options, isMoving),
    );
  }
}
