import { read, type Reading } from "../../lib/opencode/transcript/reading.ts";
import { fold, Transcript } from "../../lib/opencode/transcript/transcript.ts";
import type { OpencodeEvent } from "../../lib/opencode/v1/event.ts";
import { type Recording, recording } from "./recordings.ts";

/** A recording's `n`-th turn with nothing folded yet. */
export function turn(name: string, n = 0): Recording & { t: Transcript } {
  const record = recording(name);
  return { ...record, t: new Transcript(record.sessionId, record.prompts[n] ?? "msg_none") };
}

export function foldAll(t: Transcript, events: readonly OpencodeEvent[]): void {
  for (const event of events) fold(t, event);
}

/** The readings after each event. */
export function readings(t: Transcript, events: readonly OpencodeEvent[]): Reading[] {
  return events.map((event) => {
    fold(t, event);
    return read(t);
  });
}

export function distinct<T>(values: T[]): T[] {
  return values.filter((value, i) => i === 0 || value !== values[i - 1]);
}

/** How many events come up to and including the `n`-th delta. */
export function upToDelta(events: readonly OpencodeEvent[], n: number): number {
  let seen = 0;
  return 1 + events.findIndex((event) => event.type === "message.part.delta" && ++seen === n);
}
