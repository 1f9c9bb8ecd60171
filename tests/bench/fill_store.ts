import { join } from "@std/path";
import { openStore } from "../../lib/store/open_store.ts";

/** How many entries are written in one step; Deno KV takes 1 000 changes. */
const BATCH = 500;
/** What the ids of the conversation that is copied begin with. */
const PATTERN = "oc_pattern";

/** What a store is filled with. */
export interface Filling {
  readonly conversations: number;
  /** The ids of messages that are remembered. */
  readonly messages: number;
}

/**
 * Fills the store of a bridge that does not run, as long use would: one conversation goes through the store itself,
 * and what that has written is copied under other ids, as a commit for each would take minutes.
 */
export async function fillStore(stateDir: string, filling: Filling): Promise<void> {
  const { conversations, messages } = filling;
  await Deno.mkdir(stateDir, { recursive: true, mode: 0o700 });
  const { store } = await openStore(stateDir);
  const place = { chatId: PATTERN, chatType: "p2p" } as const;
  const conversation = { ...place, key: PATTERN, directory: stateDir, sessionId: "ses_1" };
  await store.commit({ conversation });
  for (let n = 0; n < messages / conversations; n++) {
    await store.markSeen({ chatId: PATTERN, messageId: `om_${n}_${PATTERN}` }, Date.now());
  }
  await store[Symbol.asyncDispose]();
  const kv = await Deno.openKv(join(stateDir, "state.db"));
  try {
    const entries = await Array.fromAsync(kv.list({ prefix: [] }));
    const copied = entries.filter(({ key }) => key.some((part) => String(part).includes(PATTERN)));
    const numbers = Array.from({ length: conversations }, (_, n) => n);
    const copies = numbers.flatMap((n) => copied.map((entry) => renamed(entry, n)));
    for (let from = 0; from < copies.length; from += BATCH) {
      const atomic = kv.atomic();
      for (const { key, value } of copies.slice(from, from + BATCH)) atomic.set(key, value);
      await atomic.commit();
    }
  } finally {
    kv.close();
  }
}

/** An entry, or a part of one, with another id in the place of the pattern's. */
function renamed<T>(value: T, n: number): T {
  const rename = (part: unknown): unknown => {
    if (typeof part === "string") return part.replaceAll(PATTERN, `oc_${n}`);
    if (Array.isArray(part)) return part.map(rename);
    if (typeof part !== "object" || part === null || ArrayBuffer.isView(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, rename(value)]));
  };
  // Nothing but its strings has changed.
  return rename(value) as T;
}
