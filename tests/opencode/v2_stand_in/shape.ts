import { array } from "../../../lib/base/json.ts";
import { type Json, record } from "./json.ts";

/** Fields whose values are words of the protocol. */
const WORDS = new Set([
  "type",
  "status",
  "reason",
  "finish",
  "name",
  "delivery",
  "reply",
  "action",
  "kind",
  "ordinal",
]);
/** Fields whose content the tool or the model decides. */
const FREE = new Set(["input", "metadata", "structured", "message", "result"]);

/** A value without its ids, times and texts: what remains are the fields, their types and the protocol's words. */
export function shape(value: unknown, key = ""): unknown {
  if (FREE.has(key)) return key;
  if (Array.isArray(value)) return array(value).map((one) => shape(one));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([one], [other]) => one < other ? -1 : 1);
    return Object.fromEntries(entries.map(([key, value]) => [key, shape(value, key)]));
  }
  return WORDS.has(key) ? value : typeof value;
}

/** Events that come when they like: the title, its cost, and what a shell says of itself. */
const LOOSE = /^(session\.(renamed|usage\.updated|created|step\.streamed)|shell\..*)$/;
const NOISE =
  /^(plugin|catalog|agent|command|skill|integration|reference|server|filesystem|vcs)\.|^session\.instructions/;

/** The events of one session as lines to compare, of type and shape; of a run of deltas only the first. */
export function outline(events: readonly Json[], sessionId: string): string[] {
  const lines: string[] = [];
  const streams = new Set<string>();
  for (const event of events) {
    const type = String(event.type);
    const data = record(event.data);
    const owner = data.sessionID ?? record(data.form).sessionID;
    if (owner !== sessionId || NOISE.test(type) || LOOSE.test(type)) continue;
    const isDelta = type.endsWith(".delta");
    const { delta: _delta, ...stream } = data;
    const key = `${type} ${JSON.stringify(stream)}`;
    if (isDelta && streams.has(key)) continue;
    streams.add(key);
    const { durable, location } = event;
    const envelope = `${durable ? "#" : "-"}${location ? "@" : "-"}`;
    lines.push(`${envelope} ${type} ${JSON.stringify(shape(data))}`);
  }
  return lines;
}
