import { backoff } from "../../base/waiting/backoff.ts";
import { describe, isRetryable, retryAfter } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { supervise } from "../../base/waiting/supervise.ts";
import { Wakeup } from "../../base/waiting/wakeup.ts";
import type { Chat } from "../../model/ports.ts";
import type { ShowOptions } from "../../model/show_options.ts";
import type { Slot } from "../../model/slot.ts";
import type { View, ViewStatus } from "../../model/view.ts";
import { busyWaitMs } from "./busy_wait.ts";

/** What a {@linkcode LiveMessage} needs. */
export interface LiveMessageOptions extends Pick<ShowOptions, "keepReplaced"> {
  readonly chat: Pick<Chat, "markAttempted" | "show" | "paceMs" | "waitToEdit">;
  readonly log: Log;
  /** Notifies when what failed may succeed now. */
  readonly retryNow?: Wakeup;
  /** How often the turn has asked something; never unless given. */
  readonly asked?: () => number;
  /** Ends all sending. */
  readonly signal: AbortSignal;
}

/** The owner of the slot of a message. */
export interface SlotHolder {
  /** The current slot. Before the message exists, it is one that `Chat.markAttempted` returned. */
  readonly slot: Slot;
  /** Replaces the slot; resolves when it is stored, if it has to be. */
  keepSlot(slot: Slot): Promise<void>;
}

/** How many times in a row an edit may fail before the next change is awaited. */
const MAX_ATTEMPTS = 5;
/** What an ask costs besides the edits of its turn's message: its card, and that this closes. */
const ASK_CALLS = 2;
/** How long an edit waits after a failure. */
const BACKOFF = { firstMs: 1_000, maxMs: 15_000 };

/** What a message shows. */
interface Shown {
  /** The view as JSON. */
  readonly view: string;
  /** The part of it that is a step of the turn; see {@linkcode stepOf}. */
  readonly step: string;
  readonly status: ViewStatus;
}

/**
 * A message that shows a changing state. It shows the newest view as often as the chat's pace allows. A step of
 * the turn, such as a tool call or an ask, may come sooner than text that has grown.
 */
export class LiveMessage {
  readonly #options: LiveMessageOptions;
  readonly #holder: SlotHolder;
  readonly #changed = new Wakeup();
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;
  #nextView: (() => View | undefined) | undefined;
  /** Whether the next view may show a step. */
  #hasStep = false;
  /** Whether the next edit has waited for those of other messages. */
  #hasWaited = false;
  #shown: Shown | undefined;
  /** When the turn began, when its message was last edited, and how often. By `performance.now()`. */
  #beganAt = performance.now();
  #editedAt: number | undefined;
  #edits = 0;
  /** Nothing is shown before this time, after a failure. */
  #notBefore = 0;
  #failures = 0;
  /** What failed last, unless something newer is under way. */
  #failedView: (() => View | undefined) | undefined;
  /** The last request got no answer. */
  #isInDoubt = false;

  constructor(holder: SlotHolder, options: LiveMessageOptions) {
    this.#holder = holder;
    this.#options = options;
    const signal = AbortSignal.any([options.signal, this.#stop.signal]);
    const { log, retryNow } = options;
    retryNow?.onNotify(() => this.#retry(), signal);
    this.#loop = supervise(() => this.#run(signal), { what: "show a turn", log, signal });
  }

  /**
   * Schedules an edit. `view` is called only when the edit is due, so it may be expensive; without a view, the
   * message stays as it is.
   *
   * @param isStep Whether more may have changed than text that has grown.
   */
  show(view: () => View | undefined, isStep = true): void {
    this.#nextView = view;
    this.#hasStep ||= isStep;
    this.#changed.notify();
  }

  /** Stops, after one attempt to show `last` if given. Resolves when no request is running. */
  async stop(last?: View): Promise<void> {
    const { log, signal } = this.#options;
    this.#stop.abort();
    await this.#loop;
    if (last === undefined || signal.aborted) return;
    await this.#showOnce(last, "resting").catch((error) => log.debug(describe(error)));
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    await this.#holder.keepSlot(this.#holder.slot).catch((error) => log.warn(describe(error)));
    while (!signal.aborted) {
      const nextView = this.#nextView;
      const waitMs = nextView === undefined ? Infinity : this.#waitMs();
      if (nextView === undefined || waitMs > 0) await this.#changed.wait(waitMs, signal);
      else await this.#showNext(nextView, signal);
    }
  }

  /** Makes what failed due at once. */
  #retry(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#notBefore = 0;
    this.#nextView ??= this.#failedView;
    this.#changed.notify();
  }

  async #showNext(nextView: () => View | undefined, signal: AbortSignal): Promise<void> {
    const isStep = this.#hasStep;
    const startedAt = performance.now();
    this.#nextView = undefined;
    this.#failedView = undefined;
    try {
      const view = nextView();
      if (view === undefined) return;
      const next: Shown = { view: JSON.stringify(view), step: stepOf(view), status: view.status };
      this.#hasStep = isStep && next.step !== this.#shown?.step;
      // Only its text has grown, which may have to wait longer.
      if (isStep && !this.#hasStep && this.#waitMs() > 0) {
        this.#nextView = nextView;
        return;
      }
      this.#hasStep = false;
      if (next.view === this.#shown?.view) return;
      const before = this.#holder.slot;
      if (before.messageId !== undefined && !this.#hasWaited) {
        this.#hasWaited = true;
        if (await this.#options.chat.waitToEdit(signal)) {
          this.#nextView ??= nextView;
          this.#hasStep ||= isStep;
          return;
        }
      }
      this.#hasWaited = false;
      await this.#showOnce(view, "growing");
      this.#note(next, before, startedAt);
    } catch (error) {
      this.#failedView = nextView;
      if (this.#failed(error)) this.#nextView ??= nextView;
      this.#hasStep ||= isStep;
    }
  }

  /** Lets the next attempt wait; returns whether the same view may be tried again. */
  #failed(error: unknown): boolean {
    this.#failures++;
    this.#options.log.debug(`live edit failed: ${describe(error)}`);
    const paceMs = this.#paceMs(performance.now());
    const askedMs = retryAfter(error);
    const waitMs = Math.max(
      askedMs === undefined
        ? backoff(this.#failures, BACKOFF)
        : busyWaitMs(this.#failures, askedMs),
      paceMs < Infinity ? paceMs : 0,
    );
    this.#notBefore = performance.now() + waitMs;
    return isRetryable(error) && this.#failures < MAX_ATTEMPTS;
  }

  /** Notes that the message shows a view. */
  #note(next: Shown, before: Slot, startedAt: number): void {
    const hasBegun = this.#shown?.status === "queued" && next.status !== "queued";
    this.#shown = next;
    this.#failures = 0;
    if (hasBegun) {
      this.#beganAt = startedAt;
      this.#edits = 0;
      this.#editedAt = undefined;
      return;
    }
    // After the placeholder, the first words follow at once.
    if (before.messageId === undefined) return;
    const isEdited = this.#holder.slot !== before;
    if (isEdited) this.#edits++;
    // No wait if nothing was edited, unless the chat takes no more edits before the end.
    if (isEdited || this.#paceMs(startedAt) === Infinity) this.#editedAt = startedAt;
  }

  /** How long the next view has to wait, in milliseconds. */
  #waitMs(): number {
    const now = performance.now();
    const paceMs = this.#editedAt === undefined ? 0 : this.#paceMs(this.#editedAt);
    return Math.max(this.#notBefore, (this.#editedAt ?? 0) + paceMs) - now;
  }

  #paceMs(editedAt: number): number {
    const { chat, asked } = this.#options;
    return chat.paceMs(this.#holder.slot, {
      ageMs: editedAt - this.#beganAt,
      edits: this.#edits + ASK_CALLS * (asked?.() ?? 0),
      isStep: this.#hasStep,
    });
  }

  async #showOnce(view: View, stage: "growing" | "resting"): Promise<void> {
    const { chat, signal, keepReplaced } = this.#options;
    // A request that got no answer may have taken effect, which this one must know.
    if (this.#isInDoubt) await this.#holder.keepSlot(chat.markAttempted(this.#holder.slot));
    this.#isInDoubt = false;
    try {
      const keep = (slot: Slot) => this.#holder.keepSlot(slot);
      const options = { stage, signal, keep, ...(keepReplaced && { keepReplaced }) };
      const shown = await chat.show(this.#holder.slot, view, options);
      await this.#holder.keepSlot(shown);
    } catch (error) {
      this.#isInDoubt = isRetryable(error);
      throw error;
    }
  }
}

/** What a view shows besides growing text and buttons: what tells that the turn has come further. */
function stepOf(
  { text: _text, reasoning: _reasoning, footer: _footer, buttons: _buttons, ...step }: View,
): string {
  return JSON.stringify(step);
}
