/**
 * One turn of one session, as far as its events and messages tell: a pure fold. The turn is what the
 * agent does for one prompt: the assistant messages that answer it, those that answer what opencode or a
 * person put in after it (compaction, steering), and the tools of its subagents.
 */
import {
  appendDelta,
  insertSorted,
  isClosed,
  removePart,
  type Step,
  tearTexts,
  updateInfo,
  updatePart,
} from "./step.ts";
import type {
  AgentError,
  Ask,
  AssistantMessage,
  FileChange,
  Message,
  OpencodeEvent,
  Part,
  SessionStatus,
  Todo,
  UserMessage,
} from "./types.ts";

interface Prompt {
  /** Whether its answer belongs to this turn. */
  ours: boolean;
  diffs: FileChange[];
}

/** State of the fold; made by {@linkcode newTranscript}, read by `read` of `reading.ts`. */
export interface Transcript {
  readonly sessionId: string;
  readonly userMessageId: string;
  /** The stored prompt, once it was seen. */
  prompt?: UserMessage;
  /** The prompts that were seen: ours and those after it. */
  readonly prompts: Map<string, Prompt>;
  /** The turn's own steps, oldest first. */
  readonly steps: Step[];
  /** Child session → its steps. */
  readonly children: Map<string, Step[]>;
  /** Message → its step, children's too. */
  readonly byMessage: Map<string, Step>;
  /** How many of `steps` are not finished. */
  open: number;
  /** Nothing until the session was busy with our turn. */
  status: SessionStatus | undefined;
  /** A later turn has begun. */
  superseded: boolean;
  /** The first error that was announced since the last step began. */
  error: AgentError | undefined;
  readonly asks: Map<string, Ask>;
  todos: Todo[];
  compacted: boolean;
}

/**
 * An empty transcript of the turn that answers user message `userMessageId` of session `sessionId`. Make
 * it before the prompt is posted, so that no event is missed.
 */
export function newTranscript(sessionId: string, userMessageId: string): Transcript {
  return {
    sessionId,
    userMessageId,
    prompts: new Map([[userMessageId, { ours: true, diffs: [] }]]),
    steps: [],
    children: new Map(),
    byMessage: new Map(),
    open: 0,
    status: undefined,
    superseded: false,
    error: undefined,
    asks: new Map(),
    todos: [],
    compacted: false,
  };
}

/**
 * Takes one event, in the order of the stream; those of other sessions are ignored, so that all events may
 * be offered. Costs the same however long the turn is. Every event may come twice but a delta, which
 * nothing in it tells from its repetition; the stream repeats none. Deltas to a text that is already whole
 * are ignored, so that events which were buffered during {@linkcode load} do no harm.
 */
export function fold(t: Transcript, event: OpencodeEvent): void {
  switch (event.type) {
    case "server.connected":
      return t.steps.forEach(tearTexts);
    case "session.created":
    case "session.updated":
      return addChild(t, event.sessionID, event.session.parentID);
    case "session.status":
      if (event.sessionID === t.sessionId) setStatus(t, event.status);
      else if (event.status.type === "idle") dropAsks(t, event.sessionID);
      return;
    case "session.idle":
      if (event.sessionID === t.sessionId) setStatus(t, { type: "idle" });
      else dropAsks(t, event.sessionID);
      return;
    case "session.error":
      if (event.sessionID === t.sessionId) setError(t, event.error);
      return;
    case "session.compacted":
      if (event.sessionID === t.sessionId && isUnderWay(t)) t.compacted = true;
      return;
    case "todo.updated":
      if (event.sessionID === t.sessionId && isUnderWay(t)) t.todos = event.todos;
      return;
    case "message.updated":
      if (event.info.role === "assistant") addStep(t, event.info);
      else if (event.sessionID === t.sessionId) addPrompt(t, event.info, !isOver(t));
      return;
    case "message.part.updated":
      return addPart(t, event.part, false);
    case "message.part.delta": {
      const step = t.byMessage.get(event.messageID);
      if (step) appendDelta(step, event.partID, event.delta);
      return;
    }
    case "message.removed":
      return removeMessage(t, event.messageID);
    case "message.part.removed": {
      const step = t.byMessage.get(event.messageID);
      if (step) removePart(step, event.partID);
      return;
    }
    case "permission.asked":
    case "question.asked":
      if (isOurs(t, event.sessionID)) t.asks.set(event.ask.id, event.ask);
      return;
    case "permission.replied":
    case "question.replied":
    case "question.rejected":
      t.asks.delete(event.requestID);
      return;
    case "session.deleted":
    case "server.instance.disposed":
      return;
  }
}

/**
 * Takes what `GET /session/:id/message` says (oldest first, of the session or of a child) as the truth
 * after a gap. Messages of earlier and later turns are ignored. Order of a resync: the stream is open
 * and its `server.connected` folded; then `load` for the session and its children; then
 * {@linkcode setStatus} and {@linkcode setAsks}. Events that came meanwhile may be folded before or after.
 */
export function load(t: Transcript, messages: readonly Message[]): void {
  for (const { info, parts } of messages) {
    if (info.role === "user") {
      // One that is just being written will show by its parts or its answer what it is for.
      const isHalf = parts.length === 0 && info.id === messages.at(-1)?.info.id;
      if (info.sessionID !== t.sessionId || (isHalf && info.id !== t.userMessageId)) continue;
      addPrompt(t, info, !isOver(t) && (continues(parts) || !isAfterEnd(t, info)));
      continue;
    }
    addStep(t, info);
    for (const part of parts) addPart(t, part, true);
  }
}

/**
 * Takes the session's status, from an event or from `GET /session/status`, where absent means idle. An
 * idle counts only after a busy of our own turn, since the late second idle of an aborted turn may come
 * after the next prompt was posted (observed on opencode 1.18.33).
 */
export function setStatus(t: Transcript, status: SessionStatus | undefined): void {
  if (isOver(t)) return;
  if (status === undefined || status.type === "idle") {
    if (t.status === undefined) return;
    t.status = { type: "idle" };
  } else if (t.prompt !== undefined || t.steps.length > 0) {
    t.status = status;
  }
}

/** Takes what `GET /permission` and `GET /question` list as the truth after a gap. */
export function setAsks(t: Transcript, asks: readonly Ask[]): void {
  t.asks.clear();
  for (const ask of asks) if (isOurs(t, ask.sessionID)) t.asks.set(ask.id, ask);
}

/** Whether the turn has ended for good, so that what follows belongs to others. */
export function isOver(t: Transcript): boolean {
  if (t.superseded) return true;
  if (t.status?.type !== "idle") return false;
  if (t.error?.name === "MessageAbortedError") return true;
  return t.open === 0 && (t.steps.length > 0 || t.error !== undefined);
}

function isUnderWay(t: Transcript): boolean {
  return (t.prompt !== undefined || t.steps.length > 0) && !isOver(t);
}

function isOurs(t: Transcript, sessionId: string): boolean {
  return sessionId === t.sessionId || t.children.has(sessionId);
}

function isLater(info: UserMessage | AssistantMessage, than: UserMessage): boolean {
  return info.created > than.created || (info.created === than.created && info.id > than.id);
}

function addPrompt(t: Transcript, info: UserMessage, ours: boolean): void {
  const known = t.prompts.get(info.id);
  if (known) known.diffs = info.diffs;
  if (info.id === t.userMessageId) {
    // What was announced before belonged to somebody else.
    if (t.prompt === undefined && t.steps.length === 0) t.error = undefined;
    t.prompt = info;
  } else if (!known && t.prompt !== undefined && isLater(info, t.prompt)) {
    t.prompts.set(info.id, { ours, diffs: info.diffs });
    if (ours) return;
    t.superseded = true;
    t.status = { type: "idle" };
  }
}

/** Whether opencode itself put the message in, to go on after a compaction. */
function continues(parts: readonly Part[]): boolean {
  return parts.some((part) =>
    part.type === "compaction" ? part.auto : part.type === "text" && part.hidden
  );
}

/** Whether the message was written when all that is known of the turn had ended. */
function isAfterEnd(t: Transcript, info: UserMessage): boolean {
  const last = t.steps.at(-1)?.info;
  return last !== undefined && t.open === 0 && info.created >= (last.completed ?? last.created);
}

function addChild(t: Transcript, sessionId: string, parentId: string | undefined): void {
  if (parentId === undefined || t.children.has(sessionId)) return;
  if (isOurs(t, parentId)) t.children.set(sessionId, []);
}

function addStep(t: Transcript, info: AssistantMessage): void {
  const known = t.byMessage.get(info.id);
  if (known) {
    if (known.depth === 0 && !isClosed(known.info) && isClosed(info)) t.open--;
    updateInfo(known, info);
    return;
  }
  const children = t.children.get(info.sessionID);
  if (!children && !(info.sessionID === t.sessionId && belongs(t, info))) return;
  const step: Step = { info, slots: [], byId: new Map(), depth: children ? 1 : 0 };
  t.byMessage.set(info.id, step);
  const steps = children ?? t.steps;
  insertSorted(
    steps,
    step,
    (a, b) =>
      a.info.created < b.info.created ||
      (a.info.created === b.info.created && a.info.id < b.info.id),
  );
  if (children) return;
  if (!isClosed(info)) t.open++;
  // A new step means that the turn went on in spite of the error, for example after a compaction.
  t.error = undefined;
  t.status ??= { type: "busy" };
}

function belongs(t: Transcript, info: AssistantMessage): boolean {
  if (t.prompts.get(info.parentID)?.ours) return true;
  return t.prompt !== undefined && isLater(info, t.prompt) && !isOver(t);
}

function addPart(t: Transcript, part: Part, stored: boolean): void {
  const step = t.byMessage.get(part.messageID);
  if (!step) return;
  updatePart(step, part, stored);
  if (part.type !== "tool") return;
  if (part.childSessionID !== undefined) addChild(t, part.childSessionID, part.sessionID);
  if (part.todos && step.depth === 0) t.todos = part.todos;
  if (part.status !== "completed" && part.status !== "error") return;
  for (const ask of t.asks.values()) {
    const { origin } = ask;
    if (origin?.callID === part.callID && origin.messageID === part.messageID) {
      t.asks.delete(ask.id);
    }
  }
}

function removeMessage(t: Transcript, messageId: string): void {
  if (messageId !== t.userMessageId) t.prompts.delete(messageId);
  const step = t.byMessage.get(messageId);
  if (!step) return;
  t.byMessage.delete(messageId);
  const steps = t.children.get(step.info.sessionID) ?? t.steps;
  steps.splice(steps.indexOf(step), 1);
  if (step.depth === 0 && !isClosed(step.info)) t.open--;
}

function setError(t: Transcript, error: AgentError): void {
  if (isOver(t)) return;
  // The abort of an earlier turn may be announced late.
  if (error.name === "MessageAbortedError" && t.status === undefined) return;
  t.error ??= error;
}

function dropAsks(t: Transcript, sessionId: string): void {
  for (const ask of t.asks.values()) if (ask.sessionID === sessionId) t.asks.delete(ask.id);
}
