import type { AssistantMessage, FileChange, Part, ToolPart, ToolStatus } from "./types.ts";

/** Most bytes of a tool's output that are kept, from its end. */
const TAIL_BYTES = 2048;
/** Most characters of a title or a tool's error that are kept, from the beginning. */
const HEAD_CHARS = 1000;

/** One tool call as a reader sees it. */
export interface ToolLine {
  /** The part's id. */
  id: string;
  callId: string;
  messageId: string;
  sessionId: string;
  tool: string;
  /** The tool's own title, else what its input tells; may be empty. */
  title: string;
  state: ToolStatus;
  /** Milliseconds since 1970, as are all times here. */
  startedAt?: number | undefined;
  endedAt?: number | undefined;
  error?: string | undefined;
  /** Exit code of a command; `null` when it was killed. */
  exit?: number | null | undefined;
  /** 1 for the tools of a subagent, which follow its task. */
  depth: 0 | 1;
  /** The last 2 kB of what it printed. */
  outputTail?: string | undefined;
}

/** What is kept of a part. */
export type Slot =
  | { kind: "step-start"; id: string }
  | { kind: "step-finish"; id: string }
  | {
    kind: "text" | "reasoning";
    id: string;
    text: string;
    hidden: boolean;
    ended: boolean;
    /** Deltas were missed: what follows them would not fit, so wait for the whole text. */
    torn: boolean;
  }
  | {
    kind: "tool";
    id: string;
    line: ToolLine;
    child?: string | undefined;
    change?: FileChange | undefined;
  };

/** One assistant message with its parts, in the order in which they were begun. */
export interface Step {
  info: AssistantMessage;
  slots: Slot[];
  byId: Map<string, Slot>;
  /** Steps of the session itself have depth 0, those of its subagents 1. */
  depth: 0 | 1;
}

const RANK: Record<ToolStatus, number> = { pending: 0, running: 1, completed: 2, error: 2 };

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
  const known = step.byId.get(part.id);
  if (known !== undefined) return updateSlot(known, part, stored);
  const slot = newSlot(part, step.depth, stored);
  if (slot === undefined) return;
  step.byId.set(slot.id, slot);
  insertSorted(step.slots, slot, (a, b) => a.id < b.id);
}

function newSlot(part: Part, depth: 0 | 1, stored: boolean): Slot | undefined {
  const { id, type } = part;
  if (type === "step-start" || type === "step-finish") return { kind: type, id };
  if (type === "tool") return { kind: type, id, line: toolLine(part, depth), ...links(part) };
  // Nobody reads what a subagent says: its task's result is for the agent.
  if (type === "compaction" || depth === 1) return undefined;
  const { text, hidden, ended } = part;
  return { kind: type, id, text, hidden, ended, torn: stored && !ended };
}

function updateSlot(slot: Slot, part: Part, stored: boolean): void {
  if (part.type === "tool" && slot.kind === "tool") {
    if (RANK[part.status] < RANK[slot.line.state]) return;
    slot.line = toolLine(part, slot.line.depth, slot.line);
    Object.assign(slot, links(part, slot));
  } else if (
    (part.type === "text" || part.type === "reasoning") &&
    (slot.kind === "text" || slot.kind === "reasoning")
  ) {
    if (!part.ended && (slot.ended || part.text.length < slot.text.length)) return;
    // What the store says of a streaming text is older than what the stream said.
    if (!part.ended && stored && part.text.length === slot.text.length) return;
    slot.text = part.text;
    slot.hidden = part.hidden;
    slot.ended = part.ended;
    // An unfinished text in an event is where the stream of its deltas begins.
    slot.torn = stored && !part.ended;
  }
}

type ToolSlot = Extract<Slot, { kind: "tool" }>;

function links(part: ToolPart, before?: ToolSlot): Pick<ToolSlot, "child" | "change"> {
  return { child: part.childSessionID ?? before?.child, change: part.change ?? before?.change };
}

function toolLine(part: ToolPart, depth: 0 | 1, before?: ToolLine): ToolLine {
  return {
    id: part.id,
    callId: part.callID,
    messageId: part.messageID,
    sessionId: part.sessionID,
    tool: part.tool,
    title: head(part.title) || (before?.title ?? ""),
    state: part.status,
    startedAt: part.started ?? before?.startedAt,
    endedAt: part.ended,
    error: part.error === undefined ? undefined : head(part.error),
    exit: part.exit,
    depth,
    outputTail: part.output === undefined ? before?.outputTail : tail(part.output),
  };
}

/** Adds to a streaming text; nothing to one that is whole or torn, or whose begin was missed. */
export function appendDelta(step: Step, partId: string, delta: string): void {
  const slot = step.byId.get(partId);
  if (slot?.kind !== "text" && slot?.kind !== "reasoning") return;
  if (!slot.ended && !slot.torn) slot.text += delta;
}

/** Marks what streams as torn: the events of a while were missed, and there is no replay. */
export function tearTexts(step: Step): void {
  for (const slot of step.slots) {
    if ((slot.kind === "text" || slot.kind === "reasoning") && !slot.ended) slot.torn = true;
  }
}

/** Forgets a part. */
export function removePart(step: Step, partId: string): void {
  const slot = step.byId.get(partId);
  if (!slot) return;
  step.byId.delete(partId);
  step.slots.splice(step.slots.indexOf(slot), 1);
}

/**
 * Inserts `item` behind all that belong before it. Items nearly always come in order, so that the search
 * from the end takes one comparison.
 */
export function insertSorted<T>(items: T[], item: T, before: (a: T, b: T) => boolean): void {
  let at = items.length;
  for (; at > 0; at--) {
    const previous = items[at - 1];
    if (previous === undefined || !before(item, previous)) break;
  }
  items.splice(at, 0, item);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The end of `text`, copied: a slice would keep the whole output in memory. */
function tail(text: string): string {
  if (text.length === 0) return "";
  const bytes = encoder.encode(text.slice(-TAIL_BYTES));
  let start = Math.max(0, bytes.length - TAIL_BYTES);
  // Bytes 10xxxxxx continue a character: begin with a whole one.
  while (start > 0 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  return decoder.decode(bytes.subarray(start));
}

/** The beginning of `text`, copied for the same reason. */
function head(text: string): string {
  if (text.length <= HEAD_CHARS) return text;
  return decoder.decode(encoder.encode(text.slice(0, HEAD_CHARS).toWellFormed()));
}
