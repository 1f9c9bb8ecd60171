/** The messages of KV Connect's data path: `com.deno.kv.datapath` in `proto/schema/` of denoland/denokv. */
import protobuf from "protobufjs/light.js";

/** A value as it is sent: opaque bytes, and how they are to be understood. */
export interface KvValue {
  readonly data: Uint8Array;
  /** 1 V8, 2 a 64-bit number with its lowest byte first, 3 bytes. */
  readonly encoding: number;
}

/** A stored value with its key. */
export interface KvEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly encoding: number;
  /** 10 bytes. */
  readonly versionstamp: Uint8Array;
}

/** A range of keys to read, without its end. */
export interface ReadRange {
  readonly start: Uint8Array;
  readonly end: Uint8Array;
  readonly limit: number;
  readonly reverse: boolean;
}

/** What a key must still have: a versionstamp, or none when it is empty. */
export interface Check {
  readonly key: Uint8Array;
  readonly versionstamp: Uint8Array;
}

/** What `mutationType` says. */
export const MUTATION = { set: 1, delete: 2, sum: 3, max: 4, min: 5 } as const;

/** One change of an atomic write. */
export interface Mutation {
  readonly key: Uint8Array;
  readonly value: KvValue;
  /** One of {@linkcode MUTATION}. */
  readonly mutationType: number;
  /** Milliseconds since 1970; 0 for never. */
  readonly expireAtMs: number;
}

/** Changes that are made together, or not at all. */
export interface AtomicWrite {
  readonly checks: readonly Check[];
  readonly mutations: readonly Mutation[];
  /** Queues do not exist here. */
  readonly enqueues: readonly unknown[];
}

type Fields = readonly (readonly [name: string, type: string, rule?: "repeated"])[];

/** The messages by name. A field's number is its place; `-` is one that is not used. */
const MESSAGES: Readonly<Record<string, Fields>> = {
  ReadRange: [["start", "bytes"], ["end", "bytes"], ["limit", "int32"], ["reverse", "bool"]],
  SnapshotRead: [["ranges", "ReadRange", "repeated"]],
  KvEntry: [["key", "bytes"], ["value", "bytes"], ["encoding", "int32"], ["versionstamp", "bytes"]],
  ReadRangeOutput: [["values", "KvEntry", "repeated"]],
  SnapshotReadOutput: [
    ["ranges", "ReadRangeOutput", "repeated"],
    ["readDisabled", "bool"],
    ["-", ""],
    ["readIsStronglyConsistent", "bool"],
    ["-", ""],
    ["-", ""],
    ["-", ""],
    ["status", "int32"],
  ],
  Check: [["key", "bytes"], ["versionstamp", "bytes"]],
  KvValue: [["data", "bytes"], ["encoding", "int32"]],
  Mutation: [["key", "bytes"], ["value", "KvValue"], ["mutationType", "int32"], [
    "expireAtMs",
    "int64",
  ]],
  AtomicWrite: [["checks", "Check", "repeated"], ["mutations", "Mutation", "repeated"], [
    "enqueues",
    "bytes",
    "repeated",
  ]],
  AtomicWriteOutput: [["status", "int32"], ["versionstamp", "bytes"]],
  WatchKey: [["key", "bytes"]],
  Watch: [["keys", "WatchKey", "repeated"]],
  WatchKeyOutput: [["changed", "bool"], ["entryIfChanged", "KvEntry"]],
  WatchOutput: [["status", "int32"], ["keys", "WatchKeyOutput", "repeated"]],
};

const ROOT = new protobuf.Root();
for (const [name, fields] of Object.entries(MESSAGES)) {
  const type = new protobuf.Type(name);
  fields.forEach(([field, kind, rule], i) => {
    if (field !== "-") type.add(new protobuf.Field(field, i + 1, kind, rule));
  });
  ROOT.add(type);
}
// At once: Feishu's SDK, where it is loaded in the same process, takes away what 64-bit numbers are read with.
ROOT.resolveAll();

/** Reads a request. Throws when it is none. */
function decode(name: "SnapshotRead" | "AtomicWrite" | "Watch", bytes: Uint8Array) {
  const type = ROOT.lookupType(name);
  return type.toObject(type.decode(bytes), { defaults: true, arrays: true, longs: Number });
}

/** The ranges of a `snapshot_read`. */
export const readRanges = (bytes: Uint8Array): readonly ReadRange[] =>
  decode("SnapshotRead", bytes).ranges;

/** The changes of an `atomic_write`. */
export const readAtomicWrite = (bytes: Uint8Array): AtomicWrite =>
  decode("AtomicWrite", bytes) as AtomicWrite;

/** The keys of a `watch`. */
export const readWatch = (bytes: Uint8Array): readonly Uint8Array[] =>
  decode("Watch", bytes).keys.map(({ key }: { key: Uint8Array }) => key);

/** Encodes an answer. */
export function encode(
  name: "SnapshotReadOutput" | "AtomicWriteOutput" | "WatchOutput",
  value: Record<string, unknown>,
): Uint8Array<ArrayBuffer> {
  const type = ROOT.lookupType(name);
  return new Uint8Array(type.encode(type.fromObject(value)).finish());
}
