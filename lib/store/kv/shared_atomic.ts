import { newId } from "../../base/ids.ts";
import type { AtomicChanges, Committed } from "./kv.ts";
import { LIFETIMES_MS } from "./lifetimes.ts";

/** Adds one change, or check, to an operation of Deno's client. */
type Step = (atomic: Deno.AtomicOperation) => void;

/** Does something with the current client of a server; repeats it if there was no answer. */
export type CallKv = <T>(attempt: (kv: Deno.Kv) => Promise<T>) => Promise<T>;

/**
 * Changes in a shared KV. Deno's client repeats a request whose answer was lost, and so do we: the changes carry an id
 * that is stored with them and must not be there yet, so that they are made once, even when an attempt that was given
 * up arrives late.
 */
export class SharedAtomic implements AtomicChanges {
  readonly #call: CallKv;
  readonly #steps: Step[] = [];

  constructor(call: CallKv) {
    this.#call = call;
  }

  check(...checks: readonly Deno.AtomicCheck[]): this {
    return this.#add((atomic) => atomic.check(...checks));
  }

  set(key: Deno.KvKey, value: unknown, options: { readonly expireIn?: number } = {}): this {
    return this.#add((atomic) => atomic.set(key, value, options));
  }

  delete(key: Deno.KvKey): this {
    return this.#add((atomic) => atomic.delete(key));
  }

  sum(key: Deno.KvKey, n: bigint): this {
    return this.#add((atomic) => atomic.sum(key, n));
  }

  async commit(): Promise<Committed> {
    const mark = ["commit", newId()];
    const commit = (kv: Deno.Kv) => {
      const atomic = kv.atomic().check({ key: mark, versionstamp: null })
        .set(mark, new Uint8Array(), { expireIn: LIFETIMES_MS.commit });
      for (const step of this.#steps) step(atomic);
      return atomic.commit();
    };
    const result = await this.#call(commit);
    if (result.ok) return result;
    // An attempt of ours may have been the first.
    const { versionstamp } = await this.#call((kv) => kv.get(mark));
    return versionstamp === null ? { ok: false } : { ok: true, versionstamp };
  }

  #add(step: Step): this {
    this.#steps.push(step);
    return this;
  }
}
