import { ApiError, describe, isRetryable } from "../../base/errors.ts";
import { isCard } from "../../feishu/draw/render.ts";
import type { View } from "../../model/view.ts";
import type { Slot } from "../../model/records.ts";
import type { DeliveryOptions } from "./outbox.ts";
import { pause, Wakeup } from "../../base/wakeup.ts";
import { type Growing, putView } from "./put_view.ts";

/** Attempts at one edit; then the next change is waited for. */
const ATTEMPTS = 5;
/** Feishu allows 20 edits of a post or text; so many follow the turn, the rest is kept for the end. */
const LIVE_EDITS = 15;
/** With so many, only the final answer may still edit. */
const SPENT_EDITS = 18;

/** A message that follows a changing state: the newest view is shown, as often as the throttle allows. */
export class LiveMessage {
  readonly #options: DeliveryOptions;
  readonly #onSlot: (slot: Slot) => Promise<void>;
  readonly #changed = new Wakeup();
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;
  readonly #growing: Growing = {};
  #slot: Slot;
  #wanted: (() => View) | undefined;

  /** @param onSlot Called when the message came into being, or had to be replaced by another. */
  constructor(
    slot: Slot,
    onSlot: (slot: Slot) => Promise<void>,
    options: DeliveryOptions,
  ) {
    this.#slot = slot;
    this.#onSlot = onSlot;
    this.#options = options;
    this.#loop = this.#run(AbortSignal.any([options.signal, this.#stop.signal]));
  }

  /** Something changed. `view` is called when there is time to show it, so it may be costly. */
  show(view: () => View): void {
    this.#wanted = view;
    this.#changed.notify();
  }

  /**
   * Shows nothing more, or just `last`, in one attempt. Resolves, once no request is under way, with the
   * message as it is then.
   */
  async stop(last?: View): Promise<Slot> {
    this.#stop.abort();
    await this.#loop;
    if (last !== undefined && !this.#options.signal.aborted && !this.#hasEdited(SPENT_EDITS)) {
      await this.#put(last).catch((error) => this.#options.log.debug(describe(error)));
    }
    return this.#slot;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    await this.#takeUp();
    let shown: string | undefined;
    let failures = 0;
    while (!signal.aborted && !this.#hasEdited(SPENT_EDITS)) {
      const wanted = this.#wanted;
      if (wanted === undefined) {
        await this.#changed.wait(Infinity, signal);
        continue;
      }
      this.#wanted = undefined;
      const view = wanted();
      const text = JSON.stringify(view);
      if (text === shown) continue;
      const before = this.#slot;
      const began = performance.now();
      let waitMs: number;
      try {
        await this.#put(view, this.#growing);
        shown = text;
        failures = 0;
        // The first words may follow the placeholder at once, and what makes no difference is no edit.
        if (before.messageId === undefined || this.#slot === before) continue;
        const took = performance.now() - began;
        waitMs = Math.max(this.#sparing(this.#throttleMs) - took, 0);
      } catch (error) {
        failures++;
        log.debug(`live edit failed: ${describe(error)}`);
        const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
        waitMs = Math.max(
          asked ?? Math.min(500 * 2 ** failures, 15_000),
          this.#throttleMs,
        );
        if (isRetryable(error) && failures < ATTEMPTS) this.#wanted ??= wanted;
      }
      await pause(waitMs, signal);
    }
  }

  async #put(view: View, growing?: Growing): Promise<void> {
    const before = this.#slot;
    try {
      this.#slot = await putView(before, view, this.#options, growing);
    } catch (error) {
      if (isRetryable(error)) {
        // The request may have taken effect: the ledger must know.
        const { messageId, edits = 0, triedAt = Date.now() } = before;
        this.#slot = messageId === undefined
          ? { ...before, triedAt, lastTriedAt: Date.now() }
          : { ...before, edits: edits + 1 };
      }
      throw error;
    }
    if (this.#slot.messageId !== before.messageId) await this.#onSlot(this.#slot);
  }

  /** Nobody counted the edits of an earlier run: from now on each run has one, and one for its stop. */
  async #takeUp(): Promise<void> {
    const { messageId, mode, edits = 0 } = this.#slot;
    if (messageId === undefined || isCard(mode)) return;
    this.#slot = { ...this.#slot, edits: Math.max(edits + 2, LIVE_EDITS) };
    await this.#onSlot(this.#slot);
  }

  #hasEdited(times: number): boolean {
    return !isCard(this.#slot.mode) && (this.#slot.edits ?? 0) >= times;
  }

  /** Least milliseconds between two edits of the message. */
  get #throttleMs(): number {
    const { streams, throttleMs } = this.#options;
    return streams?.throttleMs(this.#slot.messageId, throttleMs) ?? throttleMs;
  }

  /** Spreads the few edits that a post or text has over a turn of any length. */
  #sparing(throttleMs: number): number {
    if (isCard(this.#slot.mode)) return throttleMs;
    return this.#hasEdited(LIVE_EDITS) ? Infinity : throttleMs * 1.4 ** (this.#slot.edits ?? 0);
  }
}
