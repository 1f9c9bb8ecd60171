import type { Reading } from "../../lib/model/reading.ts";
import { read } from "../../lib/opencode/transcript/reading.ts";
import { fold } from "../../lib/opencode/transcript/fold.ts";
import { Transcript } from "../../lib/opencode/transcript/transcript.ts";
import type { SessionEvent } from "../../lib/opencode/transcript/event.ts";
import { type Recording, recording } from "./recordings.ts";

/** A recording's `n`-th turn with nothing folded yet. */
export function turn(name: string, n = 0): Recording & { t: Transcript } {
  const record = recording(name);
  return { ...record, t: new Transcript(record.sessionId, record.prompts[n] ?? "msg_none") };
}

export function foldAll(t: Transcript, events: readonly SessionEvent[]): void {
  for (const event of events) fold(t, event);
}

/** The readings after each event. */
export function readings(t: Transcript, events: readonly SessionEvent[]): Reading[] {
  return events.map((event) => {
    fold(t, event);
    return read(t);
  });
}

export function distinct<T>(values: T[]): T[] {
  return values.filter((value, i) => i === 0 || value !== values[i - 1]);
}

/** How many events come up to and including the `n`-th delta. */
export function upToDelta(events: readonly SessionEvent[], n: number): number {
  let seen = 0;
  return 1 + events.findIndex((event) => event.type === "delta" && ++seen === n);
}
