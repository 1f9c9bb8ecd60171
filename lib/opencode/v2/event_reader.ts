import { defined, need, number, object, parser, string } from "../../base/json.ts";
import { RecentMap } from "../../base/recent_map.ts";
import type { SessionRef } from "../../model/session.ts";
import { countTokens } from "../model_words.ts";
import type { SessionEvent } from "../transcript/event.ts";
import type { Message } from "../transcript/message.ts";
import type { Form } from "./agent_request.ts";
import { compactionMessages } from "./compaction.ts";
import { parseError } from "./error.ts";
import { type Frame, parseFrame } from "./frame.ts";
import {
  closedStep,
  parseMessages,
  parseRetry,
  promptMessage,
  stepInfo,
  textId,
} from "./message.ts";
import { modelName } from "./model_use.ts";
import { takeRequestEvent, whyCancelled } from "./request_event.ts";
import { parseAllowed } from "./session.ts";
import { SessionMemory } from "./session_memory.ts";
import { isToolEvent, takeToolEvent } from "./tool_event.ts";

/** How many sessions are remembered; others have to be read again. */
const MAX_SESSIONS = 500;

/**
 * Makes the events of opencode 2 those that the fold knows. opencode does not repeat in an event what earlier
 * ones have said, so it is remembered, for each session. What began before the stream did is `unknown`, until
 * somebody has read the session.
 */
export class EventReader {
  readonly #sessions = new RecentMap<string, SessionMemory>(MAX_SESSIONS);

  /** What happened, according to a frame of the stream; nothing for types that are not used. */
  read(json: unknown): SessionEvent[] {
    const frame = parseFrame(json);
    if (frame === undefined) return [];
    if (frame.type === "server.connected") {
      this.#sessions.clear();
      return [{ type: "connected" }];
    }
    const { sessionId, type } = frame;
    if (sessionId === "") return [];
    const memory = this.#memory(sessionId);
    const why = whyCancelled(frame, memory);
    // A parser, because an event that lacks something needed is none.
    const events = parser(() => take(frame, memory))(frame.data) ?? [];
    if (type === "session.deleted") this.#sessions.delete(sessionId);
    return [...why, ...events];
  }

  /** Parses the newest messages of a session, oldest first, and learns what they say of what runs. */
  readMessages(items: readonly unknown[], { id, directory }: SessionRef): Message[] {
    const memory = this.#memory(id);
    const stopOf = (messageId: string) => memory.stops.get(messageId);
    const messages = parseMessages(items, { sessionId: id, directory, stopOf });
    memory.learn(messages);
    return messages.map((message) => withKnownRetry(message, memory));
  }

  /** Learns what the forms ask that the server lists. */
  learnForms(forms: readonly Form[]): void {
    for (const form of forms) {
      const memory = this.#memory(form.pending.sessionId);
      memory.forms.set(form.pending.request.id, form);
    }
  }

  /** What is remembered of a session. */
  #memory(sessionId: string): SessionMemory {
    const memory = this.#sessions.get(sessionId) ?? new SessionMemory();
    this.#sessions.set(sessionId, memory);
    return memory;
  }
}

/** A message with what events say of the wait of its step: they are newer than what was read. */
function withKnownRetry(message: Message, memory: SessionMemory): Message {
  const { info } = message;
  const known = info.role === "assistant" ? memory.steps.get(info.id) : undefined;
  if (info.role !== "assistant" || known === undefined) return message;
  const { retry: _, ...others } = info;
  return { ...message, info: { ...others, ...(known.retry && { retry: known.retry }) } };
}

function take(frame: Frame, memory: SessionMemory): SessionEvent[] {
  const { type } = frame;
  if (isToolEvent(type)) return takeToolEvent(frame, memory);
  if (type.startsWith("session.text.") || type.startsWith("session.reasoning.")) {
    return takeText(frame);
  }
  if (type.startsWith("session.step.")) return takeStep(frame, memory);
  if (type === "session.retry.scheduled") return takeRetry(frame, memory);
  if (type.startsWith("session.execution.")) return takeExecution(frame, memory);
  if (type.startsWith("session.inbox.")) return takeInbox(frame, memory);
  if (type.startsWith("session.compaction.")) return takeCompaction(frame, memory);
  if (type.startsWith("permission.") || type.startsWith("form.")) {
    return takeRequestEvent(frame, memory);
  }
  return takeSession(frame);
}

function takeSession({ type, sessionId, data }: Frame): SessionEvent[] {
  if (type === "session.deleted") return [{ type: "deleted", sessionId }];
  if (type === "session.created") {
    const { parentID, permissions } = { ...object(data.info), ...data };
    const allowed = parseAllowed(permissions);
    return [defined({ type: "session", sessionId, parentId: string(parentID), allowed })];
  }
  if (type === "session.permissions") {
    const allowed = parseAllowed(data.permissions);
    return [{ type: "session", sessionId, allowed, isChange: true }];
  }
  return [];
}

/** The step waits: the session's status does not say so, and is asked for again and again. */
function takeRetry({ sessionId, data }: Frame, memory: SessionMemory): SessionEvent[] {
  const step = memory.steps.get(need(string(data.assistantMessageID)));
  if (step === undefined) return [{ type: "unknown", sessionId }];
  const info = { ...step, retry: need(parseRetry(data)) };
  memory.steps.set(info.id, info);
  return [{ type: "message", sessionId, info }];
}

/** A prompt becomes a message, and its turn begins, when it leaves the inbox. */
function takeInbox({ type, sessionId, at, data }: Frame, memory: SessionMemory): SessionEvent[] {
  const id = need(string(data.inboxID));
  if (type === "session.inbox.enqueued") {
    const { type: kind, payload, data: before } = object(data.item);
    const text = string(object(payload ?? before).text) ?? "";
    memory.inbox.set(id, { kind: string(kind) ?? "user", text });
  }
  if (type === "session.inbox.cancelled") memory.inbox.delete(id);
  if (type !== "session.inbox.delivered") return [];
  const input = memory.inbox.get(id);
  memory.inbox.delete(id);
  if (input === undefined) {
    memory.promptId = undefined;
    memory.isAtRest = false;
    return [{ type: "unknown", sessionId }, { type: "begun", sessionId, promptId: id }];
  }
  const { kind, text } = input;
  if (kind !== "user" && kind !== "synthetic") return [];
  const isContinuation = kind === "synthetic" && !memory.isAtRest;
  memory.isAtRest = false;
  memory.promptId = id;
  const { info, parts } = promptMessage({
    id,
    sessionId,
    text,
    created: at,
    isContinuation,
    isByAgent: kind === "synthetic",
  });
  return [
    { type: "message", sessionId, info },
    // Its text tells that it goes on with the turn before.
    ...isContinuation ? parts.map((part) => ({ type: "part", sessionId, part }) as const) : [],
    { type: "status", sessionId, status: { type: "busy" } },
    { type: "begun", sessionId, promptId: id },
  ];
}

/** How a busy period ends. It began with a prompt or a step, and a prompt that comes later is another turn's. */
function takeExecution({ type, sessionId, data }: Frame, memory: SessionMemory): SessionEvent[] {
  const status = (type: "busy" | "idle") =>
    ({ type: "status", sessionId, status: { type } }) as const;
  if (type !== "session.execution.started") memory.isAtRest = true;
  switch (type) {
    case "session.execution.succeeded":
      return [status("idle")];
    case "session.execution.failed":
      return [{ type: "failed", sessionId, error: need(parseError(data.error)) }, status("idle")];
    case "session.execution.interrupted":
      return [...takeStop(sessionId, string(data.reason) ?? "", memory), status("idle")];
    default:
      return [];
  }
}

/**
 * Why a turn was stopped. `shutdown` is the reason of a rejection too, and without one the server has gone
 * down: then the turn has died with it (observed).
 */
function takeStop(sessionId: string, reason: string, memory: SessionMemory): SessionEvent[] {
  const { stopped, isRejected } = memory;
  memory.stopped = undefined;
  memory.isRejected = false;
  if (reason === "shutdown" && !isRejected) return [];
  const stop = reason === "shutdown" ? "rejection" : "abort";
  const events: SessionEvent[] = [];
  if (stopped !== undefined) {
    const { id, completed } = stopped;
    memory.stops.set(id, stop);
    const error = { type: "aborted", message: reason };
    const info = closedStep(stopped, { error, completed }, stop);
    events.push({ type: "message", sessionId, info });
  }
  if (stop === "rejection") return events;
  const error = { name: "aborted", message: reason, isAbort: true } as const;
  return [...events, { type: "failed", sessionId, error }];
}

function takeStep(frame: Frame, memory: SessionMemory): SessionEvent[] {
  const { type, sessionId, at, directory, data } = frame;
  const id = need(string(data.assistantMessageID));
  if (type === "session.step.started") {
    memory.isRejected = false;
    memory.isAtRest = false;
    memory.stopped = undefined;
    // After a retry it is the same one.
    const created = memory.steps.get(id)?.created ?? number(data.started) ?? at;
    const { promptId = "" } = memory;
    const model = modelName(object(data.model));
    const info = stepInfo({ id, sessionId, directory, promptId, created, model });
    memory.steps.set(id, info);
    const events: SessionEvent[] = [
      { type: "message", sessionId, info },
      { type: "status", sessionId, status: { type: "busy" } },
    ];
    return promptId === "" ? [...events, { type: "unknown", sessionId }] : events;
  }
  if (type !== "session.step.ended" && type !== "session.step.failed") return [];
  const step = memory.steps.get(id);
  if (step === undefined) return [{ type: "unknown", sessionId }];
  // Nothing more is said of it, nor of those before.
  memory.steps.clear();
  memory.calls.clear();
  if (parseError(data.error)?.isAbort) {
    // Who stopped it is told next.
    const { cost, tokens } = closedStep(step, data, undefined);
    memory.stopped = { ...step, cost, tokens, completed: at };
    return [];
  }
  const info = closedStep(step, { ...data, completed: at }, undefined);
  return [{ type: "message", sessionId, info }];
}

function takeText({ type, sessionId, data }: Frame): SessionEvent[] {
  const kind = type.startsWith("session.text.") ? "text" : "reasoning";
  const messageId = need(string(data.assistantMessageID));
  const id = textId(messageId, kind, number(data.ordinal) ?? 0);
  if (type.endsWith(".delta")) {
    return [{ type: "delta", sessionId, messageId, partId: id, text: need(string(data.delta)) }];
  }
  const ended = type.endsWith(".ended");
  const text = ended ? need(string(data.text)) : "";
  const part = { id, sessionId, messageId, type: kind, text, hidden: false, ended } as const;
  return [{ type: "part", sessionId, part }];
}

function takeCompaction(frame: Frame, memory: SessionMemory): SessionEvent[] {
  const { type, id: eventId, sessionId, at, directory, data } = frame;
  const { promptId = "" } = memory;
  let compaction = memory.compaction;
  if (type === "session.compaction.started") {
    // The message of an automatic one has its event's id (observed).
    const id = string(data.messageID) ?? string(data.inboxID) ?? eventId.replace(/^evt_/, "msg_");
    compaction = { id, created: at, auto: data.reason !== "manual", status: "running" };
  } else if (type === "session.compaction.ended" || type === "session.compaction.failed") {
    if (compaction === undefined) return [{ type: "unknown", sessionId }];
    compaction = defined({
      ...compaction,
      status: type.endsWith(".ended") ? "completed" : "failed",
      error: parseError(data.error),
      cost: number(data.cost),
      tokens: countTokens(object(data.tokens)),
    });
  } else return [];
  memory.compaction = compaction.status === "running" ? compaction : undefined;
  const messages = compactionMessages(compaction, { sessionId, directory }, promptId);
  return messages.flatMap(({ info, parts }): SessionEvent[] => [
    { type: "message", sessionId, info },
    ...parts.map((part) => ({ type: "part", sessionId, part }) as const),
    // Its turn begins when it does.
    ...info.role === "user" && compaction.status === "running"
      ? [{ type: "status", sessionId, status: { type: "busy" } } as const]
      : [],
  ]);
}
