/** Whether a frame is about the connection itself or brings an event: its `method`. */
export const METHODS = { control: 0, data: 1 } as const;

/** The numbers of a frame's fields (protobuf message `pbbp2.Frame` of the official SDKs). */
const FIELDS = { seqId: 1, logId: 2, service: 3, method: 4, header: 5, payload: 8 } as const;
/** The fields of a header. */
const HEADER = { key: 1, value: 2 } as const;
/** How a field is encoded: the lower three bits of its tag. */
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A field as it came. */
interface Field {
  readonly number: number;
  /** The value of a number; ids have more digits than it is exact for, and are only passed on. */
  readonly value: number;
  /** What is in a field of bytes. */
  readonly content: Uint8Array<ArrayBuffer>;
  /** The whole field, with its tag. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A frame of Feishu's long connection. */
export interface Frame {
  readonly method: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Uint8Array<ArrayBuffer>;
  /** All fields, also those that are not known here. */
  readonly fields: readonly Field[];
}

/**
 * Reads one binary message of the connection.
 *
 * @throws {RangeError} When it is no frame.
 */
export function readFrame(bytes: Uint8Array<ArrayBuffer>): Frame {
  const fields = readFields(bytes);
  const method = fields.find(({ number }) => number === FIELDS.method)?.value;
  if (method === undefined) throw new RangeError("a frame without a method");
  const headers = new Map<string, string>();
  for (const { number, content } of fields) {
    if (number !== FIELDS.header) continue;
    const parts = readFields(content);
    const textOf = (part: number) => {
      const { content } = parts.find(({ number }) => number === part) ?? {};
      return new TextDecoder().decode(content);
    };
    headers.set(textOf(HEADER.key), textOf(HEADER.value));
  }
  const payload = fields.find(({ number }) => number === FIELDS.payload)?.content;
  return { method, headers, payload: payload ?? new Uint8Array(), fields };
}

/** A ping for a service, which the connection's address names. */
export function pingFrame(service: number): Uint8Array<ArrayBuffer> {
  return joined([
    numberField(FIELDS.seqId, 0),
    numberField(FIELDS.logId, 0),
    numberField(FIELDS.service, service),
    numberField(FIELDS.method, METHODS.control),
    headerField("type", "ping"),
  ]);
}

/** The answer to a frame: all of its fields with another payload, and how long it took in milliseconds. */
export function answerFrame({ fields }: Frame, answer: unknown, tookMs: number) {
  const payload = bytesField(
    FIELDS.payload,
    new TextEncoder().encode(JSON.stringify(answer)),
  );
  const before = fields.filter(({ number }) => number <= FIELDS.header);
  const after = fields.filter(({ number }) => number > FIELDS.header && number !== FIELDS.payload);
  return joined([
    ...before.map(({ bytes }) => bytes),
    headerField("biz_rt", String(tookMs)),
    payload,
    ...after.map(({ bytes }) => bytes),
  ]);
}

function readFields(bytes: Uint8Array<ArrayBuffer>): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = readNumber(bytes, at);
    const [number, wire] = [Math.floor(tag.value / 8), tag.value % 8];
    const { value, end: numberEnd } = wire === WIRE.varint || wire === WIRE.bytes
      ? readNumber(bytes, tag.end)
      : { value: 0, end: tag.end };
    const end = numberEnd + lengthOf(wire, value);
    if (number === 0 || end > bytes.length) throw new RangeError("a frame that is cut off");
    const content = bytes.subarray(numberEnd, end);
    fields.push({ number, value, content, bytes: bytes.subarray(at, end) });
    at = end;
  }
  return fields;
}

/** How many bytes follow a field's tag and number. */
function lengthOf(wire: number, value: number): number {
  switch (wire) {
    case WIRE.varint:
      return 0;
    case WIRE.bytes:
      return value;
    case WIRE.fixed64:
      return 8;
    case WIRE.fixed32:
      return 4;
  }
  throw new RangeError(`a frame with a field of the unknown kind ${wire}`);
}

/** A number of protobuf: seven bits a byte, the lowest first, and more to come while the eighth is set. */
function readNumber(bytes: Uint8Array, from: number): { value: number; end: number } {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) break;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, end: from + i + 1 };
  }
  throw new RangeError("a frame with a number that does not end");
}

function writeNumber(value: number): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (let rest = value;; rest = Math.floor(rest / 128)) {
    if (rest < 128) return new Uint8Array([...bytes, rest]);
    bytes.push(128 + rest % 128);
  }
}

function numberField(number: number, value: number): Uint8Array<ArrayBuffer> {
  return joined([writeNumber(number * 8 + WIRE.varint), writeNumber(value)]);
}

function bytesField(number: number, content: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return joined([writeNumber(number * 8 + WIRE.bytes), writeNumber(content.length), content]);
}

function headerField(key: string, value: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder();
  const parts = [
    bytesField(HEADER.key, text.encode(key)),
    bytesField(HEADER.value, text.encode(value)),
  ];
  return bytesField(FIELDS.header, joined(parts));
}

/** Puts bytes together. */
export function joined(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
