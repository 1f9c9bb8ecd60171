import { deadline } from "@std/async";
import { BotIdentity } from "../lib/feishu/bot_identity.ts";
import { Messenger, type MessengerOptions } from "../lib/feishu/messenger.ts";
import { FeishuApi } from "../lib/feishu/rest/api.ts";
import type { CallMeter } from "../lib/feishu/rest/monthly_calls.ts";
import type { Credentials } from "../lib/feishu/rest/token.ts";
import type { ChatOffers } from "../lib/model/offers.ts";
import { createLog, type Log, type NoticeLog } from "../lib/base/log.ts";
import type { Store } from "../lib/store/store.ts";
import { texts } from "../lib/texts/texts.ts";
import type { Twin } from "../lib/demo/feishu_twin/twin.ts";
import { cpuTime } from "./cpu_time.ts";

/** A directory that goes away with its scope. */
export async function tempDir(): Promise<AsyncDisposable & { readonly path: string }> {
  // Without links: on macOS the directory for temporary files is one.
  const path = await Deno.realPath(await Deno.makeTempDir());
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Numbers from 0 to just below 1 that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A log that is only read by the test. */
export function memoryLog(
  onLine: (line: string) => void = () => {},
): NoticeLog & { lines: string[] } {
  const lines: string[] = [];
  const write = (line: string) => {
    lines.push(line);
    onLine(line);
  };
  return { ...createLog({ level: "debug", format: "text", write }), lines };
}

/** What identifies the twin's app. */
export function credentials(twin: Twin): Credentials {
  return { appId: twin.app.id, appSecret: twin.app.secret, domain: twin.url };
}

/** The program's way to the twin. */
export function feishuApi(twin: Twin, log: Log = memoryLog(), meter?: CallMeter): FeishuApi {
  return new FeishuApi(credentials(twin), log, meter);
}

/** Feishu as the bridge uses it, with the real client. */
export function messenger(
  api: FeishuApi,
  store: Pick<Store, "sentAs" | "noteSent">,
  options: Pick<MessengerOptions, "log" | "mode" | "throttleMs" | "stream"> & {
    readonly signal: AbortSignal;
  },
): Messenger {
  const { log, signal } = options;
  return new Messenger({
    ...options,
    api,
    bot: new BotIdentity({ api, log, signal }),
    textsOf: () => texts("en"),
    modeOf: () => undefined,
    isOpened: () => false,
    thrift: () => 0,
    machines: () => 1,
    sentAs: (messageId) => store.sentAs(messageId),
    onSent: (slot) => void store.noteSent(slot).catch(() => {}),
  });
}

/** A chat that offers nothing besides messages. */
export const NO_OFFERS: ChatOffers = {
  showCommands: () => Promise.resolve("refused"),
  suggest: () => Promise.resolve("refused"),
  divide: () => Promise.resolve("refused"),
  buzz: () => Promise.resolve("refused"),
  setOnTop: () => Promise.resolve("refused"),
};

/** The fields of a JSON text, to be read with indexes. */
export function json(text: string): Record<string, unknown> {
  return JSON.parse(text);
}

/** Counts something, and waits until it happened often enough. */
export class Tally {
  #count = 0;
  readonly #waiting: { n: number; resolve: () => void }[] = [];

  get count(): number {
    return this.#count;
  }

  add(): void {
    this.#count++;
    for (const { n, resolve } of this.#waiting) if (n <= this.#count) resolve();
  }

  /** Resolves when it happened `n` times; rejects after 10 seconds, or `timeoutMs`. */
  reached(n: number, timeoutMs = 10_000): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ n, resolve });
    if (n <= this.#count) resolve();
    return deadline(promise, timeoutMs);
  }
}

/** Makes the next `times` reads of all stores fail, until its scope ends. */
export function failReads(message: string, times: number) {
  const kv = Deno.Kv.prototype;
  const { get, list } = kv;
  const failed = Promise.withResolvers<void>();
  const state = {
    /** How many reads are still to fail. */
    left: times,
    /** Resolves when one has failed. */
    failed: failed.promise,
    [Symbol.dispose]: () => void Object.assign(kv, { get, list }),
  };
  const fail = () => {
    if (state.left === 0) return;
    state.left--;
    failed.resolve();
    throw new Error(message);
  };
  kv.get = async function <T>(key: Deno.KvKey) {
    fail();
    return await get.call(this, key) as Deno.KvEntryMaybe<T>;
  };
  kv.list = function <T>(selector: Deno.KvListSelector) {
    fail();
    return list.call(this, selector) as Deno.KvListIterator<T>;
  };
  return state;
}

/**
 * Fails if work takes much more than ten times as long for ten times the length. As garbage may be collected
 * meanwhile, it is measured again before it fails; what grows quadratically takes a hundred times as long each time.
 *
 * @param base The shorter length.
 */
export function assertGrowsLinearly(
  work: (length: number) => void,
  what: string,
  base = 30_000,
): void {
  const timeOf = (length: number) => cpuTime(() => work(length));
  const ratios = [];
  for (let attempts = 0; attempts < 5; attempts++) {
    // Below some milliseconds, the ratio says nothing.
    const short = Math.max(timeOf(base), 3);
    // Quadratic work takes seconds already.
    if (short > 10_000) throw new Error(`${what}: ${Math.round(short)} ms for ${base} characters`);
    const ratio = timeOf(10 * base) / short;
    if (ratio <= 30) return;
    ratios.push(Math.round(ratio));
  }
  throw new Error(`${what}: ${ratios.join(", ")} times as long for ten times the length`);
}

/** Codes with which Feishu refuses an edit, each with a form of message. Some refuse only edits. */
export const REFUSED_EDITS = [
  [99991672, "card"],
  [230017, "card"],
  [230027, "post"],
  [230035, "text"],
  [987654321, "card"],
  [987654321, "text"],
] as const;
