/**
 * Event streams of opencode 2, one JSON frame a line, read for the tests. `july` are recordings of its
 * pre-release of July 2026 (`_ms` since the stream was opened, `_note` by the recorder), `released` the same
 * with the names of 2.0.21, which a script has written.
 */
import { object, string } from "../../../lib/base/json.ts";
import { EventReader } from "../../../lib/opencode/v2/event_reader.ts";
import { parseFrame } from "../../../lib/opencode/v2/frame.ts";
import type { SessionEvent } from "../../../lib/opencode/transcript/event.ts";

export const DIALECTS = ["july", "released"] as const;
export type Dialect = typeof DIALECTS[number];

const DIRS = {
  july: new URL("../../fixtures/opencode2-events/", import.meta.url),
  released: new URL("../../fixtures/opencode2-events-renamed/", import.meta.url),
};

export interface Recording {
  /** The frames of the stream. */
  frames: unknown[];
  /** What happened in each of them. */
  events: SessionEvent[][];
  /** The session of the first prompt. */
  sessionId: string;
  /** Its prompts in the order in which they were posted. */
  prompts: string[];
}

export function names(): string[] {
  return [...Deno.readDirSync(DIRS.july)].map(({ name }) => name)
    .filter((name) => name.endsWith(".jsonl")).map((name) => name.replace(".jsonl", "")).sort();
}

export function recording(name: string, dialect: Dialect = "released"): Recording {
  const lines = Deno.readTextFileSync(new URL(`${name}.jsonl`, DIRS[dialect])).trimEnd().split(
    "\n",
  );
  const frames = lines.map((line): unknown => JSON.parse(line))
    .filter((frame) => string(object(frame).type) !== undefined);
  const reader = new EventReader();
  const events = frames.map((frame) => reader.read(frame));
  const enqueued = frames.map(parseFrame).filter((frame) =>
    frame?.type === "session.inbox.enqueued" &&
    object(frame.data.item).type !== "synthetic"
  );
  const sessionId = enqueued[0]?.sessionId ?? "ses_none";
  const own = enqueued.filter((frame) => frame?.sessionId === sessionId)
    .map((frame) => String(frame?.data.inboxID));
  return { frames, events, sessionId, prompts: [...new Set(own)] };
}

/** What the server answered after a recording, by the recorder's names; nothing when nobody asked. */
export function answers(name: string): Record<string, unknown> {
  const file = new URL(`${name}.messages.json`, DIRS.july);
  try {
    return { ...object(JSON.parse(Deno.readTextFileSync(file))) };
  } catch {
    return {};
  }
}
