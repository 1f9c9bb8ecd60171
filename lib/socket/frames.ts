/** A source of bytes. */
interface ByteSource {
  read(into: Uint8Array): Promise<number | null>;
}

/** A sink for bytes. */
interface ByteSink {
  write(bytes: Uint8Array): Promise<number>;
}

/** How many bytes are read at once. */
const CHUNK_BYTES = 64 * 1024;

/** Reads lines, and bytes of a known number, from a connection. */
export class FrameReader {
  readonly #source: ByteSource;
  /** What was read and not taken yet. */
  #rest = new Uint8Array();

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /**
   * Reads a line of UTF-8, without its end; `undefined` if the connection ends before it.
   *
   * @throws {RangeError} If it is longer than `max` bytes.
   */
  async line(max: number): Promise<string | undefined> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const end = this.#rest.indexOf(10);
      const part = end === -1 ? this.#rest : this.#rest.subarray(0, end);
      parts.push(part);
      length += part.length;
      if (length > max) throw new RangeError(`a line has more than ${max} bytes`);
      if (end !== -1) {
        this.#rest = this.#rest.subarray(end + 1);
        return new TextDecoder().decode(joined(parts, length));
      }
      if (!await this.#fill()) return undefined;
    }
  }

  /** Reads as many bytes; `undefined` if the connection ends before. */
  async bytes(count: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const all = new Uint8Array(count);
    for (let at = 0; at < count;) {
      if (this.#rest.length === 0 && !await this.#fill()) return undefined;
      const part = this.#rest.subarray(0, count - at);
      all.set(part, at);
      at += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return all;
  }

  async #fill(): Promise<boolean> {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const read = await this.#source.read(chunk);
    this.#rest = chunk.subarray(0, read ?? 0);
    return read !== null;
  }
}

/** Writes a value as one line of JSON, and bytes behind it. */
export async function writeFrame(
  sink: ByteSink,
  value: unknown,
  more: Uint8Array = new Uint8Array(),
): Promise<void> {
  for (const bytes of [new TextEncoder().encode(`${JSON.stringify(value)}\n`), more]) {
    for (let at = 0; at < bytes.length;) at += await sink.write(bytes.subarray(at));
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
