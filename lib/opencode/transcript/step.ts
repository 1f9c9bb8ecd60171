import type { AssistantMessage, Part, TextPart, ToolPart } from "./message.ts";

/** One assistant message with its parts, in the order in which they were begun. */
export interface Step {
  info: AssistantMessage;
  readonly entries: PartEntry[];
  readonly byId: Map<string, PartEntry>;
  /** Deltas that came before their parts, by the parts' ids. */
  readonly early: Map<string, string>;
  /** Events of it may have been missed, so that early deltas are not certainly the first ones. */
  hasGap: boolean;
  /** 0 for the session's own steps, 1 for those of its subagents. */
  readonly depth: 0 | 1;
}

/** A part, and how well it is known. */
export interface PartEntry {
  part: Part;
  /** Deltas of the text were missed. What follows them would not fit, so the whole text is waited for. */
  hasGap: boolean;
}

/** A step without parts so far; see {@linkcode Step}. */
export function makeStep(info: AssistantMessage, depth: Step["depth"], hasGap: boolean): Step {
  return { info, entries: [], byId: new Map(), early: new Map(), hasGap, depth };
}

/** Takes newer data of the step's message; older data than what is known changes nothing. */
export function updateInfo(step: Step, info: AssistantMessage): void {
  if (progress(info) >= progress(step.info)) step.info = info;
}

/** Whether nothing more will be added to the message. */
export function isClosed(info: AssistantMessage): boolean {
  return info.completed !== undefined || info.error !== undefined;
}

function progress(info: AssistantMessage): number {
  return isClosed(info) ? 2 : info.finish !== undefined ? 1 : 0;
}

/**
 * Adds or updates a part; older data than what is known changes nothing.
 *
 * @param stored Whether the part was read from the server's store, where a streaming text is empty.
 */
export function updatePart(step: Step, part: Part, stored: boolean): void {
  // An unfinished text in an event is where the stream of its deltas begins.
  const hasGap = stored && isStreaming(part);
  const entry = step.byId.get(part.id);
  if (entry === undefined) {
    const early = takeEarly(step, part.id);
    // Nobody reads what a subagent says: its task's result is for the agent.
    if (step.depth === 1 && part.type !== "tool") return;
    const added = hasGap ? { part, hasGap } : withEarly(part, early, step.hasGap);
    step.byId.set(part.id, added);
    step.entries.push(added);
  } else if (isNewer(part, entry.part, stored) || (stored && isWhole(step, part))) {
    entry.part = part.type === "tool" ? merged(part, entry.part) : part;
    entry.hasGap = hasGap;
  }
}

/** Brings the parts into the order in which the server has stored them; others come after those. */
export function orderParts(step: Step, stored: readonly Part[]): void {
  const places = new Map(stored.map(({ id }, place) => [id, place]));
  const placeOf = ({ part }: PartEntry) => places.get(part.id) ?? Infinity;
  step.entries.sort((a, b) => placeOf(a) < placeOf(b) ? -1 : placeOf(a) > placeOf(b) ? 1 : 0);
}

/**
 * Adds to a streaming text; nothing to one that is whole, has a gap, or whose beginning was missed. A delta
 * whose part is not known yet is kept until the part comes.
 */
export function appendDelta(step: Step | undefined, partId: string, delta: string): void {
  const entry = step?.byId.get(partId);
  if (step !== undefined && entry === undefined && step.depth === 0) {
    step.early.set(partId, (step.early.get(partId) ?? "") + delta);
  }
  if (entry === undefined || entry.hasGap || !isStreaming(entry.part)) return;
  entry.part = { ...entry.part, text: entry.part.text + delta };
}

/** Marks all texts that stream: events were missed, and there is no replay. */
export function markGaps(step: Step): void {
  step.early.clear();
  step.hasGap = true;
  for (const entry of step.entries) entry.hasGap ||= isStreaming(entry.part);
}

function takeEarly(step: Step, partId: string): string {
  const early = step.early.get(partId) ?? "";
  step.early.delete(partId);
  return early;
}

/**
 * A part with the deltas that came before it, unless it has them: opencode may announce it empty. Where they
 * do not fit together, words between them are missing.
 */
function withEarly(part: Part, early: string, isUnsure: boolean): PartEntry {
  if (!isStreaming(part) || early === "") return { part, hasGap: false };
  if (isUnsure) return { part, hasGap: true };
  if (part.text.startsWith(early)) return { part, hasGap: false };
  const fits = early.startsWith(part.text);
  return { part: fits ? { ...part, text: early } : part, hasGap: !fits };
}

/** Forgets a part. */
export function removePart(step: Step | undefined, partId: string): void {
  step?.early.delete(partId);
  const entry = step?.byId.get(partId);
  if (step === undefined || entry === undefined) return;
  step.byId.delete(partId);
  step.entries.splice(step.entries.indexOf(entry), 1);
}

/** Inserts `item` behind all that belong before it; searched from the end, since most come in order. */
export function insertSorted<T>(items: T[], item: T, before: (a: T, b: T) => boolean): void {
  const previous = items.findLastIndex((one) => !before(item, one));
  items.splice(previous + 1, 0, item);
}

/** Whether the model wrote the part, as an answer or as reasoning. */
export function isText(part: Part): part is TextPart {
  return part.type === "text" || part.type === "reasoning";
}

/** Whether a stored text is all there is: its message has ended. One that was never completed is empty there. */
function isWhole({ info }: Step, part: Part): boolean {
  return isClosed(info) && isText(part) && part.text !== "";
}

function isStreaming(part: Part): part is TextPart {
  return isText(part) && !part.ended;
}

function isNewer(part: Part, known: Part, stored: boolean): boolean {
  if (part.type === "tool") return known.type === "tool" && rank(part) >= rank(known);
  if (!isText(part) || !isText(known)) return false;
  if (part.ended || known.ended) return part.ended;
  // What the store says of a streaming text is older than what the stream said.
  const growth = part.text.length - known.text.length;
  return stored ? growth > 0 : growth >= 0;
}

function rank({ call: { state } }: ToolPart): number {
  return state === "pending" ? 0 : state === "running" ? 1 : 2;
}

/** The newer data, with what only the older has. */
function merged(part: ToolPart, known: Part): ToolPart {
  if (known.type !== "tool") return part;
  const { startedAt, child, changes, call: { title } } = known;
  return {
    ...(startedAt !== undefined && { startedAt }),
    ...(child !== undefined && { child }),
    ...(changes !== undefined && { changes }),
    ...part,
    call: { ...part.call, title: part.call.title || title },
  };
}
