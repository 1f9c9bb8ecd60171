/**
 * One turn of one session, as far as its events and messages tell: a pure fold. The turn is what opencode
 * does for one prompt: the messages that answer it or what opencode put in after it (compaction), and the
 * tools of its subagents. What a person put in from elsewhere belongs to it only when opencode answers both
 * at once, in the middle of the turn's tool calls.
 */
import type { PartEvent, PendingRequest, SessionEvent, SessionStatus } from "./event.ts";
import type { AssistantMessage, Message, Part } from "./message.ts";
import type { SessionError, UserMessage } from "./message.ts";
import {
  appendDelta,
  insertSorted,
  makeStep,
  markGaps,
  orderParts,
  removePart,
  updateInfo,
  updatePart,
} from "./step.ts";
import { withoutImages } from "./tool_images.ts";
import {
  belongs,
  continues,
  isAccepted,
  isAfterEnd,
  isAfterPrompt,
  isAnswer,
  isBeforePrompt,
  isIdle,
  isOfTurn,
  isOthers,
  isOver,
  isUnderWay,
  noteEndless,
  type Transcript,
} from "./transcript.ts";

/**
 * Takes one event, in the order of the stream; those of other sessions are ignored. Costs the same however
 * long the turn is. Every event but a delta may come twice. Deltas to a text that is already whole are
 * ignored, so events that came during {@linkcode load} do no harm.
 */
export function fold(t: Transcript, event: SessionEvent): void {
  if (event.type === "connected") {
    t.early.clear();
    return t.steps.forEach(markGaps);
  }
  const isOwn = event.sessionId === t.sessionId;
  switch (event.type) {
    case "session":
      return addChild(t, event.sessionId, event.parentId);
    case "status":
      if (isOwn) return setStatus(t, event.status);
      setChildStatus(t, event.sessionId, event.status);
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
      if (event.info.role === "assistant") addStep(t, event.info, false);
      else if (isOwn) addPrompt(t, event.info, !isOver(t) && t.status?.type !== "idle");
      noteEndless(t, event.info);
      return takeEarly(t, event.info.id);
    case "message_removed":
      return removeMessage(t, event.messageId);
    case "part":
      if (isEarly(t, event.part.messageId)) return keepEarly(t, event.part.messageId, event);
      return addPart(t, event.part, false);
    case "delta":
      if (isEarly(t, event.messageId)) return keepEarly(t, event.messageId, event);
      if (t.removed.has(event.partId)) return;
      return appendDelta(t.byMessage.get(event.messageId), event.partId, event.text);
    case "part_removed":
      t.removed.add(event.partId);
      // The prompt was taken back.
      if (t.prompts.has(event.messageId)) t.continuations.add(event.messageId);
      return removePart(t.byMessage.get(event.messageId), event.partId);
    case "asked": {
      // It is asked now, whatever its id says.
      const asked = isUnderWay(t) ? { askedAt: Infinity } : {};
      return addRequest(t, { ...event.pending, ...asked });
    }
    case "answered":
      if (isOfTurn(t, event.sessionId)) settle(t, event.requestId);
      return;
    case "outside":
      if (isOfTurn(t, event.sessionId)) t.outsideActs.push(event.act);
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
      if (info.sessionId !== t.sessionId) continue;
      if (isHalf && info.id !== t.userMessageId) {
        t.halves.add(info.id);
        continue;
      }
      if (continues(parts) || parts.length === 0) t.continuations.add(info.id);
      addPrompt(t, info, !isOver(t) && (continues(parts) || !isAfterEnd(t, info)));
      continue;
    }
    addStep(t, info, true);
    for (const part of parts) addPart(t, part, true);
    takeEarly(t, info.id);
    const step = t.byMessage.get(info.id);
    if (step !== undefined) orderParts(step, parts);
  }
  t.steps.forEach(({ info }) => noteEndless(t, info));
  // What was missed may show that a step is not ours.
  dropOthers(t);
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

/** Takes the status of a subagent's session, which tells what that waits for; others are ignored. */
export function setChildStatus(
  t: Transcript,
  sessionId: string,
  status: SessionStatus | undefined,
): void {
  t.childRetries.delete(sessionId);
  if (status?.type === "retry" && t.children.has(sessionId)) t.childRetries.set(sessionId, status);
}

/**
 * Takes the requests that the server lists as the truth; those of other sessions are ignored.
 *
 * @param before The ids of the requests that are over if the list lacks them: those that were known when it was asked
 * for after a gap.
 */
export function setRequests(
  t: Transcript,
  listed: readonly PendingRequest[],
  before: readonly string[] = [...t.requests.keys()],
): void {
  const known = new Map(t.requests);
  for (const id of before) t.requests.delete(id);
  // Of what an event has said, the list tells nothing new.
  for (const pending of listed) addRequest(t, known.get(pending.request.id) ?? pending);
}

/** Whether what an event tells of a message comes before the message. */
function isEarly(t: Transcript, messageId: string): boolean {
  return isUnderWay(t) && !t.byMessage.has(messageId) && !t.prompts.has(messageId) &&
    !t.removed.has(messageId);
}

function keepEarly(t: Transcript, messageId: string, event: PartEvent): void {
  if (!isOfTurn(t, event.sessionId)) return;
  const known = t.early.get(messageId);
  if (known === undefined) t.early.set(messageId, [event]);
  else known.push(event);
}

/** Folds what came before its message, when that has come. */
function takeEarly(t: Transcript, messageId: string): void {
  if (isEarly(t, messageId)) return;
  const events = t.early.get(messageId) ?? [];
  t.early.delete(messageId);
  for (const event of events) fold(t, event);
}

function addPrompt(t: Transcript, info: UserMessage, ours: boolean): void {
  if (info.id === t.userMessageId) {
    // What was announced before belonged to somebody else.
    if (!isAccepted(t)) t.error = undefined;
  } else if (!t.prompts.has(info.id)) {
    if (!isAfterPrompt(t, info)) return;
    if (!ours) return supersede(t);
  }
  t.prompts.set(info.id, info);
}

function supersede(t: Transcript): void {
  t.superseded = true;
  t.status = { type: "idle" };
  // A summary of ours is among the steps.
  t.compacted = false;
}

/** Ends the turn before the answer to a prompt from elsewhere that came when ours had its answer. */
function dropOthers(t: Transcript): void {
  const first = t.steps.findIndex(({ info: { promptId } }, i) => {
    const before = t.steps[i - 1]?.info;
    return isOthers(t, promptId) && before !== undefined && before.promptId !== promptId &&
      isAnswer(before);
  });
  if (first === -1) return;
  for (const { info } of t.steps.splice(first)) {
    t.byMessage.delete(info.id);
    t.prompts.delete(info.promptId);
  }
  supersede(t);
}

function addChild(t: Transcript, sessionId: string, parentId: string | undefined): void {
  if (parentId === undefined || t.children.has(sessionId)) return;
  if (isOfTurn(t, parentId)) t.children.set(sessionId, []);
}

/** @param stored Whether it was read from the server's store, so that its beginning may have been missed. */
function addStep(t: Transcript, info: AssistantMessage, stored: boolean): void {
  if (t.isEndless || t.removed.has(info.id)) return;
  const known = t.byMessage.get(info.id);
  if (known) return updateInfo(known, info);
  const children = t.children.get(info.sessionId);
  // A subagent may go on in the session of an earlier turn.
  if (children && isBeforePrompt(t, info)) return;
  if (!children && !(info.sessionId === t.sessionId && belongs(t, info))) return;
  const step = makeStep(info, children ? 1 : 0, stored);
  t.byMessage.set(info.id, step);
  // A step that is older than the prompt is so because the clock was set back after all others.
  if (isBeforePrompt(t, info)) t.steps.push(step);
  else insertSorted(children ?? t.steps, step, (a, b) => a.info.created < b.info.created);
  if (children) return;
  // A new step means that the turn went on in spite of the error, for example after a compaction.
  t.error = undefined;
  t.status ??= { type: "busy" };
  if (info.promptId !== t.userMessageId) dropOthers(t);
}

function addPart(t: Transcript, wholePart: Part, stored: boolean): void {
  const part = wholePart.type === "tool" ? withoutImages(t, wholePart) : wholePart;
  if (part.sessionId === t.sessionId && continues([part])) t.continuations.add(part.messageId);
  const step = t.byMessage.get(part.messageId);
  if (!step || t.removed.has(part.id)) return;
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
  const { id } = pending.request;
  if (isOfTurn(t, pending.sessionId) && !t.settled.has(id)) t.requests.set(id, pending);
}

function removeMessage(t: Transcript, messageId: string): void {
  if (messageId !== t.userMessageId) {
    t.prompts.delete(messageId);
    t.removed.add(messageId);
    t.early.delete(messageId);
  }
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
  for (const [id, pending] of t.requests) if (isDone(pending)) settle(t, id);
}

function settle(t: Transcript, requestId: string): void {
  t.requests.delete(requestId);
  t.settled.add(requestId);
}
