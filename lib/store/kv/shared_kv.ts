import { deadline } from "@std/async";
import { backoff } from "../../base/waiting/backoff.ts";
import { describe, UsageError } from "../../base/errors.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import { askKv, type KvAddress } from "./ask_kv.ts";
import type { Kv } from "./kv.ts";
import { SharedAtomic } from "./shared_atomic.ts";

/** Where Deno's client looks for the token. */
const TOKEN = "DENO_KV_ACCESS_TOKEN";
/** How long the server may take for an answer before it counts as away, in milliseconds. */
const ANSWER_MS = 2_000;
/** The same for a call that was late before: a large answer over a slow line takes long each time. */
const LONGEST_MS = 60_000;
/** How long to wait between two looks for a server that is away. */
const BACKOFF = { firstMs: 250, maxMs: 5_000 };
/** How many values are asked for at once; a server gives 1000. */
const PAGE = 250;
/** How many calls may wait for a server that is away: each holds what it was about to store. */
const MOST_WAITING = 2_000;

/** The time that the server is away. */
interface Absence {
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
  why: string;
  /** Resolves when the server is back, or nobody waits for it any more. */
  readonly over: PromiseWithResolvers<void>;
}

/**
 * A Deno KV that bridges share, on a server of KV Connect such as denokv. While the server is away all calls wait for it,
 * and {@linkcode SharedKv.trouble} says so. Deno's client has no time limits, and keeps a connection that has gone
 * dead: when it takes too long, we look for the server ourselves, and go on with a new client.
 */
export class SharedKv implements Kv {
  readonly #address: KvAddress;
  readonly #answerMs: number;
  #client: Deno.Kv;
  #absence: Absence | undefined;
  /** The look for the server while it is away. */
  #looking: Promise<void> = Promise.resolve();
  #waiting = 0;
  readonly #closing = new AbortController();

  private constructor(address: KvAddress, client: Deno.Kv, answerMs: number) {
    this.#address = address;
    this.#answerMs = answerMs;
    this.#client = client;
  }

  /**
   * Opens a shared KV.
   *
   * @param answerMs How long the server may take for an answer before it counts as away, in milliseconds.
   * @throws {UsageError} When the server refuses, or speaks no KV Connect.
   * @throws {Error} When the server is away.
   */
  static async open(address: KvAddress, answerMs = ANSWER_MS): Promise<SharedKv> {
    try {
      const { signal } = new AbortController();
      return new SharedKv(address, await newClient(address, answerMs, signal), answerMs);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new Error(`BRIDGE_KV cannot be reached: ${describe(error)}`, { cause: error });
    }
  }

  /** Why the server is away, and since when (ms since 1970); `undefined` while it answers. */
  get trouble(): { readonly since: number; readonly why: string } | undefined {
    return this.#absence && { since: this.#absence.since, why: this.#absence.why };
  }

  get<T>(key: Deno.KvKey): Promise<Deno.KvEntryMaybe<T>> {
    return this.#call((kv) => kv.get<T>(key));
  }

  getMany<T extends readonly unknown[]>(
    keys: readonly [...{ [K in keyof T]: Deno.KvKey }],
  ): Promise<{ [K in keyof T]: Deno.KvEntryMaybe<T[K]> }> {
    return this.#call((kv) => kv.getMany<T>(keys));
  }

  async *list<T>(selector: Deno.KvListSelector): AsyncGenerator<Deno.KvEntry<T>> {
    for (let cursor = "";;) {
      const page = await this.#call(async (kv) => {
        const listed = kv.list<T>(selector, { cursor, limit: PAGE, batchSize: PAGE });
        const entries = await Array.fromAsync(listed);
        return { entries, cursor: listed.cursor };
      });
      yield* page.entries;
      if (page.entries.length < PAGE) return;
      cursor = page.cursor;
    }
  }

  atomic(): SharedAtomic {
    return new SharedAtomic((attempt) => this.#call(attempt));
  }

  watch<T extends readonly unknown[]>(
    keys: readonly [...{ [K in keyof T]: Deno.KvKey }],
  ): ReadableStream<{ [K in keyof T]: Deno.KvEntryMaybe<T[K]> }> {
    type Values = { [K in keyof T]: Deno.KvEntryMaybe<T[K]> };
    let client: Deno.Kv | undefined;
    let reader: ReadableStreamDefaultReader<Values> | undefined;
    return new ReadableStream<Values>({
      pull: async (stream) => {
        while (!this.#closing.signal.aborted) {
          if (client !== this.#client) {
            reader?.cancel().catch(() => {});
            client = this.#client;
            reader = client.watch<T>(keys).getReader();
          }
          const next = await reader?.read().catch(() => undefined);
          if (next?.value !== undefined) return stream.enqueue(next.value);
          // The client was replaced.
          await pause(BACKOFF.firstMs, this.#closing.signal);
        }
        stream.close();
      },
      cancel: () => reader?.cancel(),
    }, { highWaterMark: 0 });
  }

  async close(): Promise<void> {
    this.#closing.abort(new DOMException("The store is closed", "AbortError"));
    this.#absence?.over.resolve();
    this.#client.close();
    await this.#looking;
  }

  /** Does something with the current client, as often as it takes to get an answer. */
  async #call<T>(attempt: (kv: Deno.Kv) => Promise<T>): Promise<T> {
    const { signal } = this.#closing;
    if (this.#waiting >= MOST_WAITING) throw new Error(this.#absence?.why ?? "too many calls");
    this.#waiting++;
    try {
      for (let patienceMs = this.#answerMs;; patienceMs = Math.min(patienceMs * 2, LONGEST_MS)) {
        await this.#absence?.over.promise;
        signal.throwIfAborted();
        const result = await this.#try(this.#client, attempt, patienceMs);
        if (result !== undefined) return result.value;
      }
    } finally {
      this.#waiting--;
    }
  }

  /** Makes one attempt; resolves with nothing when it has to be repeated. */
  async #try<T>(
    client: Deno.Kv,
    attempt: (kv: Deno.Kv) => Promise<T>,
    patienceMs: number,
  ): Promise<{ readonly value: T } | undefined> {
    const { signal } = this.#closing;
    const answer = attempt(client).then((value) => ({ value }));
    try {
      return await deadline(answer, patienceMs, { signal });
    } catch (error) {
      signal.throwIfAborted();
      if (client !== this.#client) return undefined;
      const isLate = error instanceof DOMException && error.name === "TimeoutError";
      if (!isLate && !mayPass(error)) throw error;
      this.#leave(isLate ? "it does not answer" : describe(error));
      // Deno's client goes on trying by itself, and may get through first.
      const first = isLate
        ? await Promise.race([answer, this.#absence?.over.promise]).catch(() => undefined)
        : undefined;
      if (first !== undefined && client === this.#client) this.#return();
      return first ?? undefined;
    }
  }

  /** Notes that the server is away, and looks for it. */
  #leave(why: string): void {
    if (this.#absence !== undefined) return;
    this.#absence = { since: Date.now(), why, over: Promise.withResolvers() };
    this.#looking = this.#look(this.#absence, this.#looking);
  }

  #return(): void {
    this.#absence?.over.resolve();
    this.#absence = undefined;
  }

  /** Looks for the server until it answers a new client, which takes the place of the old one. */
  async #look(absence: Absence, before: Promise<void>): Promise<void> {
    const { signal } = this.#closing;
    await before;
    for (let failures = 1; !signal.aborted && absence === this.#absence; failures++) {
      try {
        const client = await newClient(this.#address, this.#answerMs, signal);
        if (signal.aborted || absence !== this.#absence) return client.close();
        const old = this.#client;
        this.#client = client;
        this.#return();
        old.close();
      } catch (error) {
        absence.why = describe(error);
        await pause(backoff(failures, BACKOFF), signal);
      }
    }
  }
}

/** A client that was answered. */
async function newClient(
  address: KvAddress,
  answerMs: number,
  signal: AbortSignal,
): Promise<Deno.Kv> {
  await askKv(address, AbortSignal.any([signal, AbortSignal.timeout(answerMs)]));
  const opening = openWithToken(address);
  try {
    const client = await deadline(opening, answerMs, { signal });
    await deadline(client.get(["schema"]), answerMs);
    return client;
  } catch (error) {
    opening.then((client) => client.close()).catch(() => {});
    throw error;
  }
}

/**
 * Starts to open a KV. Deno's client takes the token from the environment only, at once; there it does not stay, so that
 * programs that we start do not inherit what an env file has.
 */
function openWithToken({ url, token }: KvAddress): Promise<Deno.Kv> {
  const before = Deno.env.get(TOKEN);
  Deno.env.set(TOKEN, token);
  try {
    return Deno.openKv(url);
  } finally {
    if (before === undefined) Deno.env.delete(TOKEN);
    else Deno.env.set(TOKEN, before);
  }
}

/** Whether an error of Deno's client may pass: all but what it, or the server, says of the call itself. */
function mayPass(error: unknown): boolean {
  return !(error instanceof TypeError) && !/\(status=400\b/.test(String(error));
}
