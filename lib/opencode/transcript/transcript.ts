/**
 * One turn of one session, as far as its events and messages tell: a pure fold. The turn is what opencode
 * does for one prompt: the messages that answer it or what opencode or a person put in after it
 * (compaction, steering), and the tools of its subagents.
 */
import type { Todo } from "../../model/tool_call.ts";
import type { PendingRequest, SessionEvent, SessionStatus } from "./event.ts";
import type { AssistantMessage, Message, MessageInfo, Part } from "./message.ts";
import type { SessionError, UserMessage } from "./message.ts";
import {
  appendDelta,
  insertSorted,
  isClosed,
  markGaps,
  removePart,
  type Step,
  updateInfo,
  updatePart,
} from "./step.ts";

/** What is known of the turn of a user message. Made before the post, it misses no event. */
export class Transcript {
  /** The user messages whose answers belong to the turn, as far as they were seen, ours first. */
  readonly prompts = new Map<string, UserMessage>();
  /** The turn's own steps, oldest first. */
  readonly steps: Step[] = [];
  /** Child session → its steps. */
  readonly children = new Map<string, Step[]>();
  /** Message → its step, children's too. */
  readonly byMessage = new Map<string, Step>();
  /** `undefined` until the session was busy with our turn. */
  status: SessionStatus | undefined;
  /** A later turn has begun. */
  superseded = false;
  /** The first error that was announced since the last step began. */
  error: SessionError | undefined;
  /** What the session or a subagent's waits for, by the request's id. */
  readonly requests = new Map<string, PendingRequest>();
  todos: readonly Todo[] = [];
  compacted = false;

  constructor(readonly sessionId: string, readonly userMessageId: string) {}
}

/**
 * Takes one event, in the order of the stream; those of other sessions are ignored. Costs the same however
 * long the turn is. Every event but a delta may come twice. Deltas to a text that is already whole are
 * ignored, so events that came during {@linkcode load} do no harm.
 */
export function fold(t: Transcript, event: SessionEvent): void {
  if (event.type === "connected") return t.steps.forEach(markGaps);
  const isOwn = event.sessionId === t.sessionId;
  switch (event.type) {
    case "session":
      return addChild(t, event.sessionId, event.parentId);
    case "status":
      if (isOwn) return setStatus(t, event.status);
      if (isIdle(event.status)) dropRequests(t, ({ sessionId }) => sessionId === event.sessionId);
      return;
    case "failed":
      if (isOwn) setError(t, event.error);
      return;
    case "compacted":
      if (isOwn && isUnderWay(t)) t.compacted = true;
      return;
    case "todos":
      if (isOwn && isUnderWay(t)) t.todos = event.todos;
      return;
    case "message":
      if (event.info.role === "assistant") addStep(t, event.info);
      else if (isOwn) addPrompt(t, event.info, !isOver(t));
      return;
    case "message_removed":
      return removeMessage(t, event.messageId);
    case "part":
      return addPart(t, event.part, false);
    case "delta":
      return appendDelta(t.byMessage.get(event.messageId), event.partId, event.text);
    case "part_removed":
      return removePart(t.byMessage.get(event.messageId), event.partId);
    case "asked":
      return addRequest(t, event.pending);
    case "answered":
      t.requests.delete(event.requestId);
  }
}

/**
 * Takes the messages that the server has stored (oldest first, of the session or of a child) as the truth
 * after a gap. Messages of earlier and later turns are ignored. The order of a resync: the stream is open
 * and its `connected` folded; then `load` for the session and its children; then {@linkcode setStatus} and
 * {@linkcode setRequests}. Events that came meanwhile may be folded before or after.
 */
export function load(t: Transcript, messages: readonly Message[]): void {
  for (const { info, parts } of messages) {
    if (info.role === "user") {
      // One that is just being written has no parts yet; they, or its answer, will tell what it is for.
      const isHalf = parts.length === 0 && info.id === messages.at(-1)?.info.id;
      if (info.sessionId !== t.sessionId || (isHalf && info.id !== t.userMessageId)) continue;
      addPrompt(t, info, !isOver(t) && (continues(parts) || !isAfterEnd(t, info)));
      continue;
    }
    addStep(t, info);
    for (const part of parts) addPart(t, part, true);
  }
}

/**
 * Takes the session's status, from an event or from the server's list, where absent means idle. An idle
 * counts only after a busy of our own turn: the late second idle of an aborted turn may come after the next
 * prompt was posted (observed on opencode 1.18.33).
 */
export function setStatus(t: Transcript, status: SessionStatus | undefined): void {
  if (isOver(t)) return;
  if (isIdle(status)) {
    if (t.status !== undefined) t.status = { type: "idle" };
  } else if (isAccepted(t)) {
    t.status = status;
  }
}

/** Takes the requests that the server lists as the truth after a gap; others' are ignored. */
export function setRequests(t: Transcript, listed: readonly PendingRequest[]): void {
  t.requests.clear();
  for (const pending of listed) addRequest(t, pending);
}

/** Whether an event is about the turn's session or a subagent's, or about all. */
export function concerns(t: Transcript, event: SessionEvent): boolean {
  return !("sessionId" in event) || event.sessionId === undefined || isOurs(t, event.sessionId);
}

/** Whether opencode has stored our prompt. */
export function isAccepted(t: Transcript): boolean {
  return t.prompts.size > 0 || t.steps.length > 0;
}

/** Whether each assistant message of the turn that is known has ended. */
export function isComplete(t: Transcript): boolean {
  return t.steps.length > 0 && t.steps.every(({ info }) => isClosed(info));
}

/** Whether the turn has ended for good, so that what follows belongs to others. */
export function isOver(t: Transcript): boolean {
  if (t.superseded) return true;
  if (t.status?.type !== "idle") return false;
  if (t.error?.isAbort) return true;
  return t.steps.length > 0 ? isComplete(t) : t.error !== undefined;
}

function isUnderWay(t: Transcript): boolean {
  return isAccepted(t) && !isOver(t);
}

function isOurs(t: Transcript, sessionId: string): boolean {
  return sessionId === t.sessionId || t.children.has(sessionId);
}

function isIdle(status: SessionStatus | undefined): status is { type: "idle" } | undefined {
  return status === undefined || status.type === "idle";
}

function isLater(info: MessageInfo, than: MessageInfo): boolean {
  return info.created > than.created || (info.created === than.created && info.id > than.id);
}

/** Whether a message came after our prompt, which has to be known. */
function isAfterPrompt(t: Transcript, info: MessageInfo): boolean {
  const prompt = t.prompts.get(t.userMessageId);
  return prompt !== undefined && isLater(info, prompt);
}

function addPrompt(t: Transcript, info: UserMessage, ours: boolean): void {
  if (info.id === t.userMessageId) {
    // What was announced before belonged to somebody else.
    if (!isAccepted(t)) t.error = undefined;
  } else if (!t.prompts.has(info.id)) {
    if (!isAfterPrompt(t, info)) return;
    if (!ours) {
      t.superseded = true;
      t.status = { type: "idle" };
      return;
    }
  }
  t.prompts.set(info.id, info);
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
  return last !== undefined && isComplete(t) && info.created >= (last.completed ?? last.created);
}

function addChild(t: Transcript, sessionId: string, parentId: string | undefined): void {
  if (parentId === undefined || t.children.has(sessionId)) return;
  if (isOurs(t, parentId)) t.children.set(sessionId, []);
}

function addStep(t: Transcript, info: AssistantMessage): void {
  const known = t.byMessage.get(info.id);
  if (known) return updateInfo(known, info);
  const children = t.children.get(info.sessionId);
  if (!children && !(info.sessionId === t.sessionId && belongs(t, info))) return;
  const step: Step = {
    info,
    entries: [],
    byId: new Map(),
    early: new Map(),
    depth: children ? 1 : 0,
  };
  t.byMessage.set(info.id, step);
  insertSorted(children ?? t.steps, step, (a, b) => isLater(b.info, a.info));
  if (children) return;
  // A new step means that the turn went on in spite of the error, for example after a compaction.
  t.error = undefined;
  t.status ??= { type: "busy" };
}

function belongs(t: Transcript, info: AssistantMessage): boolean {
  return info.promptId === t.userMessageId || t.prompts.has(info.promptId) ||
    (isAfterPrompt(t, info) && !isOver(t));
}

function addPart(t: Transcript, part: Part, stored: boolean): void {
  const step = t.byMessage.get(part.messageId);
  if (!step) return;
  updatePart(step, part, stored);
  if (part.type !== "tool") return;
  if (part.child !== undefined) addChild(t, part.child, part.sessionId);
  if (part.todos && step.depth === 0) t.todos = part.todos;
  if (part.call.state !== "completed" && part.call.state !== "error") return;
  dropRequests(
    t,
    ({ origin }) => origin?.callId === part.callId && origin.messageId === part.messageId,
  );
}

function addRequest(t: Transcript, pending: PendingRequest): void {
  if (isOurs(t, pending.sessionId)) t.requests.set(pending.request.id, pending);
}

function removeMessage(t: Transcript, messageId: string): void {
  if (messageId !== t.userMessageId) t.prompts.delete(messageId);
  const step = t.byMessage.get(messageId);
  if (!step) return;
  t.byMessage.delete(messageId);
  const steps = t.children.get(step.info.sessionId) ?? t.steps;
  steps.splice(steps.indexOf(step), 1);
}

function setError(t: Transcript, error: SessionError): void {
  if (isOver(t)) return;
  // The abort of an earlier turn may be announced late.
  if (error.isAbort && t.status === undefined) return;
  t.error ??= error;
}

function dropRequests(t: Transcript, isDone: (pending: PendingRequest) => boolean): void {
  for (const [id, pending] of t.requests) if (isDone(pending)) t.requests.delete(id);
}
