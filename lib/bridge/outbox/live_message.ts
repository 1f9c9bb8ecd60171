import { backoff } from "../../base/backoff.ts";
import { ApiError, describe, isRetryable } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { supervise } from "../../base/supervise.ts";
import { pause, Wakeup } from "../../base/wakeup.ts";
import type { Chat } from "../../model/ports.ts";
import type { Slot } from "../../model/slot.ts";
import type { View } from "../../model/view.ts";

/** What a {@linkcode LiveMessage} needs. */
export interface LiveMessageOptions {
  readonly chat: Pick<Chat, "markAttempted" | "show" | "paceMs">;
  readonly log: Log;
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
/** How long an edit waits after a failure. */
const BACKOFF = { firstMs: 1_000, maxMs: 15_000 };

/** A message that shows a changing state. It shows the newest view as often as the chat's pace allows. */
export class LiveMessage {
  readonly #options: LiveMessageOptions;
  readonly #holder: SlotHolder;
  readonly #changed = new Wakeup();
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;
  #nextView: (() => View) | undefined;
  /** What the message shows, as JSON. */
  #shown: string | undefined;
  /** The last request got no answer. */
  #isInDoubt = false;

  constructor(holder: SlotHolder, options: LiveMessageOptions) {
    this.#holder = holder;
    this.#options = options;
    const signal = AbortSignal.any([options.signal, this.#stop.signal]);
    const { log } = options;
    this.#loop = supervise(() => this.#run(signal), { what: "show a turn", log, signal });
  }

  /** Schedules an edit. `view` is called only when the edit is due, so it may be expensive. */
  show(view: () => View): void {
    this.#nextView = view;
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
    let failures = 0;
    await this.#holder.keepSlot(this.#holder.slot).catch((error) => log.warn(describe(error)));
    while (!signal.aborted) {
      const nextView = this.#nextView;
      if (nextView === undefined) {
        await this.#changed.wait(Infinity, signal);
        continue;
      }
      this.#nextView = undefined;
      const startedAt = performance.now();
      let waitMs: number;
      try {
        const view = nextView();
        const text = JSON.stringify(view);
        if (text === this.#shown) continue;
        const before = this.#holder.slot;
        await this.#showOnce(view, "growing");
        this.#shown = text;
        failures = 0;
        // After the placeholder, the first words follow at once.
        if (before.messageId === undefined) continue;
        const paceMs = this.#paceMs;
        // No wait if nothing was edited, unless the chat takes no more edits before the end.
        if (this.#holder.slot === before && paceMs < Infinity) continue;
        waitMs = Math.max(paceMs - (performance.now() - startedAt), 0);
      } catch (error) {
        failures++;
        log.debug(`live edit failed: ${describe(error)}`);
        const retryAfterMs = error instanceof ApiError ? error.retryAfterMs : undefined;
        const paceMs = this.#paceMs;
        const leastMs = paceMs < Infinity ? paceMs : 0;
        waitMs = Math.max(retryAfterMs ?? backoff(failures, BACKOFF), leastMs);
        if (isRetryable(error) && failures < MAX_ATTEMPTS) this.#nextView ??= nextView;
      }
      await pause(waitMs, signal);
    }
  }

  async #showOnce(view: View, stage: "growing" | "resting"): Promise<void> {
    const { chat, signal } = this.#options;
    // A request that got no answer may have taken effect, which this one must know.
    if (this.#isInDoubt) await this.#holder.keepSlot(chat.markAttempted(this.#holder.slot));
    this.#isInDoubt = false;
    try {
      const keep = (slot: Slot) => this.#holder.keepSlot(slot);
      const options = { stage, signal, keep, paceMs: this.#paceMs };
      const shown = await chat.show(this.#holder.slot, view, options);
      await this.#holder.keepSlot(shown);
    } catch (error) {
      this.#isInDoubt = isRetryable(error);
      throw error;
    }
  }

  get #paceMs(): number {
    return this.#options.chat.paceMs(this.#holder.slot);
  }
}
