import { pause } from "../../base/waiting/wakeup.ts";
import type { AgentRequest } from "../../model/agent_request.ts";

/** What {@linkcode WholeRequests} needs. */
export interface WholeRequestsOptions {
  /** Called when a request has waited long enough. */
  readonly onDue: () => void;
  readonly signal: AbortSignal;
  /** How long a request is held back, in milliseconds; 5 s unless given. */
  readonly partialMs?: number;
}

/** How long the arguments of a request may be on their way, in milliseconds. It takes a moment. */
const PARTIAL_MS = 5_000;

/**
 * Holds requests back until all is known that a person has to see. One whose arguments do not come is passed
 * on without them after a while.
 */
export class WholeRequests {
  readonly #options: WholeRequestsOptions;
  /** The id of a request → since when it waits, by `performance.now()`. */
  readonly #since = new Map<string, number>();
  readonly #stopped = new AbortController();
  #isWaiting = false;

  constructor(options: WholeRequestsOptions) {
    this.#options = options;
  }

  /** The requests that can be shown now. */
  of(requests: readonly AgentRequest[]): readonly AgentRequest[] {
    const { partialMs = PARTIAL_MS } = this.#options;
    return requests.filter((request) => {
      if (request.kind !== "permission" || !request.isPartial) return true;
      const since = this.#since.get(request.id) ?? performance.now();
      this.#since.set(request.id, since);
      // A timer may fire a part of a millisecond early by this clock.
      const leftMs = Math.floor(since + partialMs - performance.now());
      // The wait never rejects.
      if (leftMs > 0) void this.#wait(leftMs);
      return leftMs <= 0;
    });
  }

  /** Stops the time. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Calls back after `ms` milliseconds, unless it is going to anyway. */
  async #wait(ms: number): Promise<void> {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    const ended = AbortSignal.any([this.#options.signal, this.#stopped.signal]);
    await pause(ms, ended);
    this.#isWaiting = false;
    if (!ended.aborted) this.#options.onDue();
  }
}
