import type { AtomicWrite, ReadRange } from "./datapath.ts";

/** The limits of a server: `proto/limits.rs` of denoland/denokv. */
const LIMITS = {
  writeKey: 2048,
  value: 65_536,
  ranges: 10,
  entries: 1000,
  /** A Deno KV file allows 100. */
  checks: 10,
  mutations: 1000,
  writeBytes: 819_200,
} as const;

/** Why a server refuses a read, in its own words; `undefined` if it does not. */
export function refusedRead(ranges: readonly ReadRange[]): string | undefined {
  if (ranges.length > LIMITS.ranges) return "Too many read ranges requested in one read request.";
  if (ranges.some(({ limit }) => limit < 1)) {
    return "The read range limit of the snapshot read request is invalid.";
  }
  if (ranges.some(({ start, end }) => Math.max(start.length, end.length) > LIMITS.writeKey + 1)) {
    return "A key exceeds the key size limit.";
  }
  const entries = ranges.reduce((sum, { limit }) => sum + limit, 0);
  return entries > LIMITS.entries
    ? "The total number of entries requested across read ranges in the read request is too large."
    : undefined;
}

/** Why a server refuses a write, in its own words; `undefined` if it does not. */
export function refusedWrite({ checks, mutations, enqueues }: AtomicWrite): string | undefined {
  if (checks.length > LIMITS.checks) return "Too many checks included in atomic write.";
  if (mutations.length + enqueues.length > LIMITS.mutations) {
    return "Too many mutations / enqueues included in atomic write.";
  }
  if (enqueues.length > 0) return "Queues do not exist here.";
  let bytes = checks.reduce((sum, { key }) => sum + key.length, 0);
  for (const { key, value } of mutations) {
    if (key.length > LIMITS.writeKey) return "A key exceeds the key size limit.";
    if (value.data.length > LIMITS.value) return "A value exceeds the value size limit.";
    bytes += key.length + value.data.length;
  }
  return bytes > LIMITS.writeBytes ? "The total size of the atomic write is too large." : undefined;
}
