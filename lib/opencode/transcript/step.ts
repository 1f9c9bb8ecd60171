import type { AssistantMessage, Part, TextPart, ToolPart } from "../v1/message.ts";

/** One assistant message with its parts, in the order in which they were begun. */
export interface Step {
  info: AssistantMessage;
  readonly slots: Slot[];
  readonly byId: Map<string, Slot>;
  /** Steps of the session itself have depth 0, those of its subagents 1. */
  readonly depth: 0 | 1;
}

/** The place of a part. */
export interface Slot {
  part: Part;
  /** Deltas of the text were missed: what follows them would not fit, so wait for the whole text. */
  torn: boolean;
}

/** A tool call as a reader sees it. */
export type ToolLine =
  & Pick<ToolPart, "tool" | "title" | "state" | "error" | "exit" | "startedAt" | "endedAt">
  /** 1 for the tools of a subagent, which follow its task. */
  & Pick<Step, "depth">;

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
 * `stored` says that the part was read from the server's store, where a streaming text is empty.
 */
export function updatePart(step: Step, part: Part, stored: boolean): void {
  // An unfinished text in an event is where the stream of its deltas begins.
  const torn = stored && isStreaming(part);
  const slot = step.byId.get(part.id);
  if (slot === undefined) {
    // Nobody reads what a subagent says: its task's result is for the agent.
    if (step.depth === 1 && part.type !== "tool") return;
    const added = { part, torn };
    step.byId.set(part.id, added);
    insertSorted(step.slots, added, (a, b) => a.part.id < b.part.id);
  } else if (isNewer(part, slot.part, stored)) {
    slot.part = part.type === "tool" ? merged(part, slot.part) : part;
    slot.torn = torn;
  }
}

/** Adds to a streaming text; nothing to one that is whole or torn, or whose begin was missed. */
export function appendDelta(step: Step | undefined, partId: string, delta: string): void {
  const slot = step?.byId.get(partId);
  if (slot === undefined || slot.torn || !isStreaming(slot.part)) return;
  slot.part = { ...slot.part, text: slot.part.text + delta };
}

/** Marks what streams as torn: the events of a while were missed, and there is no replay. */
export function tearTexts(step: Step): void {
  for (const slot of step.slots) slot.torn ||= isStreaming(slot.part);
}

/** Forgets a part. */
export function removePart(step: Step | undefined, partId: string): void {
  const slot = step?.byId.get(partId);
  if (step === undefined || slot === undefined) return;
  step.byId.delete(partId);
  step.slots.splice(step.slots.indexOf(slot), 1);
}

/** Inserts `item` behind all that belong before it; searched from the end, since most come in order. */
export function insertSorted<T>(items: T[], item: T, before: (a: T, b: T) => boolean): void {
  const previous = items.findLastIndex((one) => !before(item, one));
  items.splice(previous + 1, 0, item);
}

/** Tells what the model wrote from the other parts. */
export function isText(part: Part): part is TextPart {
  return part.type === "text" || part.type === "reasoning";
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

function rank({ state }: ToolPart): number {
  return state === "pending" ? 0 : state === "running" ? 1 : 2;
}

/** The newer data, with what only the older tells. */
function merged(part: ToolPart, known: Part): ToolPart {
  if (known.type !== "tool") return part;
  return {
    ...part,
    title: part.title || known.title,
    startedAt: part.startedAt ?? known.startedAt,
    child: part.child ?? known.child,
    change: part.change ?? known.change,
  };
}
