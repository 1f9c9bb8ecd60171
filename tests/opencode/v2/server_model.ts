import { array, type JsonObject, object, string } from "../../../lib/base/json.ts";
import { type Frame, parseFrame } from "../../../lib/opencode/v2/frame.ts";

type Json = Record<string, unknown>;

/** What opencode 2 would answer after some frames of its stream. The recordings judge it. */
export class ServerModel {
  readonly messages = new Map<string, Json[]>();
  readonly active = new Set<string>();
  readonly permissions = new Map<string, JsonObject>();
  readonly forms = new Map<string, JsonObject>();
  readonly #inbox = new Map<string, JsonObject>();

  constructor(frames: readonly unknown[]) {
    for (const json of frames) {
      const frame = parseFrame(json);
      if (frame?.type === "server.connected") this.#restart();
      else if (frame !== undefined && frame.sessionId !== "") this.#take(frame);
    }
  }

  /** The messages of a session, oldest first. */
  of(sessionId: string): Json[] {
    const messages = this.messages.get(sessionId) ?? [];
    this.messages.set(sessionId, messages);
    return messages;
  }

  /** In the recordings the stream begins anew only with a new server. */
  #restart(): void {
    this.active.clear();
    this.permissions.clear();
    this.forms.clear();
  }

  #take(frame: Frame): void {
    const { type, sessionId, at, data } = frame;
    const messages = this.of(sessionId);
    const id = string(data.id) ?? "";
    if (type === "session.execution.started") this.active.add(sessionId);
    else if (type.startsWith("session.execution.")) {
      this.active.delete(sessionId);
      for (const [key, one] of this.permissions) {
        if (one.sessionID === sessionId) this.permissions.delete(key);
      }
      messages.push({ type: "idle", id: frame.id.replace("evt_", "msg_"), time: { created: at } });
    } else if (type === "session.inbox.enqueued") {
      this.#inbox.set(String(data.inboxID), object(data.item));
    } else if (type === "session.inbox.delivered") {
      const { type, payload, data: before } = this.#inbox.get(String(data.inboxID)) ?? {};
      const { text } = object(payload ?? before);
      messages.push({ type, id: data.inboxID, text, time: { created: at } });
    } else if (type.startsWith("session.step.")) this.#step(frame, messages);
    else if (type === "session.retry.scheduled") {
      const { attempt, at, error } = data;
      const waiting = messages.find((message) => message.id === data.assistantMessageID);
      Object.assign(waiting ?? {}, { retry: { attempt, at, error } });
    } else if (/^session\.(text|reasoning|tool)\./.test(type)) content(frame, messages);
    else if (type.startsWith("session.compaction.")) compaction(frame, messages);
    else if (type === "permission.asked") this.permissions.set(id, data);
    else if (type === "permission.replied") this.permissions.delete(String(data.requestID));
    else if (type === "form.created") {
      this.forms.set(String(object(data.form).id), object(data.form));
    } else if (type.startsWith("form.")) this.forms.delete(id);
  }

  #step({ type, at, data }: Frame, messages: Json[]): void {
    const id = data.assistantMessageID;
    const known = messages.find((message) => message.id === id);
    if (type === "session.step.started") {
      for (const message of messages) {
        // The next step closes one that has died.
        if (message.type === "assistant" && message !== known) {
          object(message.time).completed ??
            Object.assign(object(message.time), { completed: at });
        }
      }
      const { agent, model } = data;
      const time = { created: data.started ?? at };
      delete known?.retry;
      if (!known) messages.push({ type: "assistant", id, agent, model, content: [], time });
    } else if (known) {
      const { error, finish = error && "error", cost, tokens } = data;
      Object.assign(known, JSON.parse(JSON.stringify({ finish, error, cost, tokens })));
      Object.assign(object(known.time), { completed: at });
    }
  }
}

function content({ type, at, data }: Frame, messages: Json[]): void {
  const message = messages.find(({ id }) => id === data.assistantMessageID);
  const entries = message?.content;
  if (!Array.isArray(entries)) return;
  const [, kind, what = ""] = /^session\.(\w+)\.(.*)$/.exec(type) ?? [];
  if (kind !== "tool") {
    if (what === "started") entries.push({ type: kind, text: "" });
    const entry = entries.filter((one) => one.type === kind)[Number(data.ordinal)];
    if (what === "ended") entry.text = data.text;
    return;
  }
  if (what === "input.started") {
    const { id, name } = data;
    const state = { status: "streaming", input: "" as unknown };
    entries.push({ type: "tool", id, name, state, time: { created: at } });
  }
  const entry = entries.find(({ id }) => id === data.id);
  const { input, metadata, content, error } = data;
  const before = object(object(entry).state);
  if (what === "called") entry.state = { status: "running", input, metadata: {} };
  if (what === "progress") entry.state = { ...before, metadata };
  if (what === "success") {
    entry.state = { status: "completed", input: before.input, metadata, content };
  }
  if (what === "failed" && entry) {
    entry.state = { status: "error", input: before.input || {}, error };
  }
  if (what === "called") entry.time.ran = at;
  if ((what === "success" || what === "failed") && entry) entry.time.completed = at;
}

function compaction({ type, id, at, data }: Frame, messages: Json[]): void {
  if (type.endsWith(".started")) {
    messages.push({
      type: "compaction",
      id: data.inboxID ?? id.replace("evt_", "msg_"),
      reason: data.reason,
      status: "running",
      time: { created: at },
    });
  }
  const last = messages.findLast((message) => message.type === "compaction");
  if (type.endsWith(".ended")) Object.assign(last ?? {}, { status: "completed" });
  if (type.endsWith(".failed")) Object.assign(last ?? {}, { status: "failed", error: data.error });
}

/** What of a message the model has to tell as the server does. */
export function essence(json: unknown): unknown {
  const { type, id, text, finish, error, status, reason, content, time, cost } = object(json);
  const { created, completed } = object(time);
  const told = {
    ...{ type, id, text, finish, error, status, reason, cost, created },
    isClosed: completed !== undefined,
    content: array(content).map((entry) => {
      const { type, id, name, text, state } = object(entry);
      const { status, input, error } = object(state);
      return { type, id, name, text, status, input, error };
    }),
  };
  // Without the fields that are undefined.
  return JSON.parse(JSON.stringify(told));
}
