import { joined } from "./frame.ts";

/** How long the other parts of an event are waited for, in milliseconds: Feishu sends what is not acknowledged again. */
const WAIT_MS = 10_000;

/** Parts of an event, each at its place. */
interface Begun {
  readonly parts: (Uint8Array<ArrayBuffer> | undefined)[];
  readonly at: number;
}

/** Puts events together that come in several frames. */
export class Parts {
  readonly #begun = new Map<string, Begun>();

  /**
   * Adds the payload of a frame. A frame that does not say which part of how many it is counts as whole.
   *
   * @returns The whole event once all parts are there.
   * @throws {RangeError} When the frame names a part that cannot be.
   */
  add(
    headers: ReadonlyMap<string, string>,
    payload: Uint8Array<ArrayBuffer>,
  ): Uint8Array<ArrayBuffer> | undefined {
    const [sum, seq] = [Number(headers.get("sum") ?? 1), Number(headers.get("seq") ?? 0)];
    if (sum === 1 && seq === 0) return payload;
    const id = headers.get("message_id") ?? "";
    this.#forgetOld();
    const begun = this.#begun.get(id) ?? { parts: newParts(sum), at: Date.now() };
    const { parts } = begun;
    if (sum !== parts.length || !Number.isInteger(seq) || seq < 0 || seq >= sum) {
      throw new RangeError(`part ${seq} of ${sum} cannot be`);
    }
    parts[seq] = payload;
    this.#begun.set(id, begun);
    const known = parts.filter((part) => part !== undefined);
    if (known.length < sum) return undefined;
    this.#begun.delete(id);
    return joined(known);
  }

  #forgetOld(): void {
    for (const [id, { at }] of this.#begun) {
      if (Math.abs(Date.now() - at) > WAIT_MS) this.#begun.delete(id);
    }
  }
}

/** The most parts of an event: many more than Feishu makes of its largest. */
const MAX_PARTS = 10_000;

function newParts(sum: number): undefined[] {
  if (Number.isInteger(sum) && sum > 0 && sum <= MAX_PARTS) return new Array(sum).fill(undefined);
  throw new RangeError(`an event of ${sum} parts cannot be`);
}
