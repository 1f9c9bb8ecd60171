import { backoff } from "../base/waiting/backoff.ts";
import { describe } from "../base/errors.ts";
import { pause } from "../base/waiting/wakeup.ts";

/** How long to wait between two attempts while the disk refuses. */
const BACKOFF = { firstMs: 250, maxMs: 5_000 };
/** SQLite's messages for errors that may pass; the file is locked while somebody copies it. */
const TEMPORARY = /disk is full|readonly|disk I\/O|locked/;

/** Retries what the disk refuses for now, and knows why it refuses. */
export class Disk {
  readonly #closing = new AbortController();
  #writeError: string | undefined;
  #readError: string | undefined;

  /** Why nothing can be saved or read at the moment, for example a full disk. */
  get error(): string | undefined {
    return this.#writeError ?? this.#readError;
  }

  /** Ends all attempts; the running ones reject with their last error. */
  close(): void {
    this.#closing.abort();
  }

  /** Makes one attempt to write, and notes whether it worked. */
  async write<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      const result = await attempt();
      this.#writeError = undefined;
      return result;
    } catch (error) {
      this.#writeError = describe(error);
      throw error;
    }
  }

  /** Reads as soon as the disk lets it; rejects if the error cannot pass, or after the end. */
  read<T>(attempt: () => Promise<T>): Promise<T> {
    return this.persist(async () => {
      try {
        const result = await attempt();
        this.#readError = undefined;
        return result;
      } catch (error) {
        this.#readError = describe(error);
        throw error;
      }
    });
  }

  /** Repeats an attempt while the disk refuses it for a reason that may pass. */
  async persist<T>(attempt: () => Promise<T>): Promise<T> {
    const { signal } = this.#closing;
    for (let failures = 1;; failures++) {
      try {
        return await attempt();
      } catch (error) {
        if (signal.aborted || !TEMPORARY.test(String(error))) throw error;
        await pause(backoff(failures, BACKOFF), signal);
        if (signal.aborted) throw error;
      }
    }
  }
}
