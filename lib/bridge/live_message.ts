import { ApiError, describe, isRetryable } from "../errors.ts";
import type { View } from "../feishu/view.ts";
import type { Log } from "../log.ts";
import type { Slot } from "../records.ts";
import { Poke } from "./poke.ts";

/** What a {@linkcode LiveMessage} needs. */
export interface LiveMessageOptions {
  readonly slot: Slot;
  readonly onSlot: (slot: Slot) => Promise<void>;
  readonly throttleMs: number;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** One attempt to make the message show a view. */
  readonly put: (slot: Slot, view: View) => Promise<Slot>;
}

/** Attempts at one edit; then the next change is waited for. */
const ATTEMPTS = 5;
/** Feishu allows 20 edits of a post or text; the rest is kept for the end. */
const LIVE_EDITS = 15;

/** A message that follows a changing state: the newest view is shown, as often as the throttle allows. */
export class LiveMessage {
  readonly #options: LiveMessageOptions;
  readonly #changed = new Poke();
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;
  #slot: Slot;
  #wanted: (() => View) | undefined;

  constructor(options: LiveMessageOptions) {
    this.#options = options;
    this.#slot = options.slot;
    this.#loop = this.#run(AbortSignal.any([options.signal, this.#stop.signal]));
  }

  /** Something changed. `view` is called when there is time to show it, so it may be costly. */
  show(view: () => View): void {
    this.#wanted = view;
    this.#changed.poke();
  }

  /**
   * Shows nothing more, or just `last`, in one attempt. Resolves, once no request is under way, with the
   * message as it is then.
   */
  async stop(last?: View): Promise<Slot> {
    this.#stop.abort();
    await this.#loop;
    if (last !== undefined && !this.#options.signal.aborted) {
      await this.#put(last).catch((error) => this.#options.log.debug(describe(error)));
    }
    return this.#slot;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { log, throttleMs } = this.#options;
    let shown: string | undefined;
    let failures = 0;
    while (!signal.aborted) {
      const wanted = this.#wanted;
      if (wanted === undefined) {
        await this.#changed.wait(Infinity, signal);
        continue;
      }
      this.#wanted = undefined;
      const view = wanted();
      const text = JSON.stringify(view);
      if (text === shown) continue;
      const created = this.#slot.messageId === undefined;
      let waitMs = throttleMs;
      try {
        await this.#put(view);
        shown = text;
        failures = 0;
        // The first words may follow the placeholder at once.
        if (created) waitMs = 0;
        if (this.#slot.mode !== "card") waitMs = this.#sparing(waitMs);
      } catch (error) {
        failures++;
        log.debug(`live edit failed: ${describe(error)}`);
        const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
        waitMs = Math.max(asked ?? Math.min(500 * 2 ** failures, 15_000), throttleMs);
        if (isRetryable(error) && failures < ATTEMPTS) this.#wanted ??= wanted;
      }
      await this.#changed.wait(waitMs, signal, { pokable: false });
    }
  }

  async #put(view: View): Promise<void> {
    const before = this.#slot;
    try {
      this.#slot = await this.#options.put(before, view);
    } catch (error) {
      if (before.messageId === undefined && isRetryable(error)) {
        // The request may have taken effect: the ledger must know.
        const now = Date.now();
        this.#slot = { ...before, triedAt: before.triedAt ?? now, lastTriedAt: now };
      }
      throw error;
    }
    if (this.#slot.messageId !== before.messageId) await this.#options.onSlot(this.#slot);
  }

  /** Spreads the few edits that a post or text has over a turn of any length. */
  #sparing(throttleMs: number): number {
    const edits = this.#slot.edits ?? 0;
    return edits >= LIVE_EDITS ? Infinity : throttleMs * 1.4 ** edits;
  }
}
