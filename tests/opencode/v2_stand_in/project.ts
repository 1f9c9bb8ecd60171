import { array, number, object, string } from "../../../lib/base/json.ts";
import { newId } from "./ids.ts";
import { defined, type Json, record } from "./json.ts";
import type { Session } from "./session.ts";

/**
 * What an event changes in the stored session, in the names of 2.0. Deltas change nothing: a text is stored
 * when it has ended (observed on the build of July).
 */
export function project(session: Session, type: string, data: Json, created: number): void {
  const [, group = "", what = ""] = type.split(".");
  if (type.endsWith(".delta")) return;
  if (type.startsWith("permission.") || type.startsWith("form.")) {
    return projectAsk(session, type, data);
  }
  switch (group) {
    case "inbox":
      return projectInbox(session, what, data, created);
    case "step":
    case "retry":
      return projectStep(session, what, data, created);
    case "text":
    case "reasoning":
      return projectText(session, group, what, data, created);
    case "tool":
      return projectTool(
        session,
        what === "input" ? `input.${type.split(".")[3]}` : what,
        data,
        created,
      );
    case "compaction":
      return projectCompaction(session, what, data, created);
    default:
      return projectSession(session, `${group}.${what}`, data, created);
  }
}

/** The message of the model's step that an event belongs to. */
function stepOf(session: Session, { assistantMessageID: id }: Json): Json | undefined {
  return session.messages.find((message) => message.id === id);
}

function projectInbox(session: Session, what: string, data: Json, created: number): void {
  const { inboxID: id, item } = data;
  const { type, payload, delivery } = object(item);
  if (what === "enqueued") {
    const entry = {
      id: String(id),
      created,
      seq: session.seq,
      type: String(type),
      payload: record(payload),
      delivery: String(delivery ?? "steer"),
    };
    session.inbox.push(entry);
    session.accepted.set(entry.id, entry);
    return;
  }
  const found = session.inbox.find((one) => one.id === id);
  if (what === "delivery") {
    if (found) found.delivery = String(data.delivery);
    return;
  }
  session.inbox = session.inbox.filter((one) => one !== found);
  if (what === "cancelled" || found === undefined) return;
  session.messages.push({ id: found.id, time: { created }, type: found.type, ...found.payload });
}

function projectStep(session: Session, what: string, data: Json, created: number): void {
  const { assistantMessageID: id, agent, model, snapshot, finish, cost, tokens, files, error } =
    data;
  let step = stepOf(session, data);
  if (what === "started") {
    if (step === undefined) {
      // What a dead server left open is closed without a word.
      for (const open of session.messages) {
        const time = record(open.time);
        if (open.type === "assistant" && !time.completed) {
          open.time = { ...time, completed: created };
        }
      }
      step = { id, time: { created }, type: "assistant", agent, model, content: [] };
      session.messages.push(step);
    }
    if (snapshot) step.snapshot = { start: snapshot };
    delete step.retry;
    return;
  }
  if (step === undefined || what === "streamed") return;
  if (what === "scheduled") {
    step.retry = { attempt: data.attempt, at: data.at, error };
    return;
  }
  step.time = { ...record(step.time), completed: created };
  Object.assign(step, defined({ finish: finish ?? "error", cost, tokens, error }));
  if (snapshot) step.snapshot = { ...record(step.snapshot), end: snapshot, files };
}

function projectText(
  session: Session,
  kind: string,
  what: string,
  data: Json,
  created: number,
): void {
  const step = stepOf(session, data);
  if (step === undefined) return;
  const content = array(step.content).map(record);
  if (what === "started") {
    const time = kind === "reasoning" ? { time: { created } } : {};
    step.content = [...content, { type: kind, text: "", ...time }];
    return;
  }
  const part = content.filter(({ type }) => type === kind)[number(data.ordinal) ?? 0];
  if (part === undefined) return;
  part.text = data.text;
  if (kind === "reasoning") part.time = { ...record(part.time), completed: created };
  step.content = content;
}

function projectTool(session: Session, what: string, data: Json, created: number): void {
  const step = stepOf(session, data);
  if (step === undefined) return;
  const content = array(step.content).map(record);
  if (what === "input.started") {
    const tool = { type: "tool", id: data.id, name: data.name, executed: false };
    step.content = [...content, {
      ...tool,
      state: { status: "streaming", input: "" },
      time: { created },
    }];
    return;
  }
  const tool = content.find(({ id, type }) => type === "tool" && id === data.id);
  if (tool === undefined) return;
  const state = record(tool.state);
  const { metadata, content: output, error, result } = data;
  // The arguments of a call that never began are no object.
  const input = object(state.input);
  if (what === "input.ended") tool.state = { ...state, input: data.text };
  else if (what === "called") {
    tool.state = { status: "running", input: data.input, metadata: {} };
    tool.time = { ...record(tool.time), ran: created };
  } else if (what === "progress") tool.state = { ...state, metadata };
  else {
    const status = what === "success" ? "completed" : "error";
    tool.state = defined({ status, input, content: output, metadata, error, result });
    tool.time = { ...record(tool.time), completed: created };
  }
  step.content = content;
}

function projectCompaction(session: Session, what: string, data: Json, created: number): void {
  const running = session.messages.findLast(({ type }) => type === "compaction");
  if (what === "started") {
    session.messages.push({
      type: "compaction",
      id: string(data.inputID) ?? newId("msg"),
      time: { created },
      status: "running",
      reason: data.reason,
      recent: data.recent ?? "",
      summary: "",
    });
    session.inbox = session.inbox.filter(({ id }) => id !== data.inputID);
  } else if (what === "ended" && running) {
    Object.assign(running, { status: "completed", summary: data.text });
  } else if (what === "failed" && running) {
    Object.assign(running, { status: "failed", error: data.error });
  }
}

function projectAsk(session: Session, type: string, data: Json): void {
  const id = String(data.id ?? data.requestID ?? object(data.form).id);
  if (type === "permission.asked") session.permissions.set(id, data);
  else if (type === "permission.replied") session.permissions.delete(id);
  else if (type === "form.created") session.forms.set(id, { form: record(data.form) });
  else {
    const form = session.forms.get(id);
    if (form === undefined) return;
    form.state = type === "form.replied"
      ? { status: "answered", answer: record(data.answer) }
      : { status: "cancelled" };
  }
}

function projectSession(session: Session, what: string, data: Json, created: number): void {
  const { info } = session;
  const touch = () => info.time = { ...record(info.time), updated: created };
  const [group, outcome] = what.split(".");
  if (group === "execution" && outcome !== "started") {
    info.outcome = outcome;
    for (const message of session.messages) delete message.retry;
    info.time = { ...record(info.time), idle: created };
    return;
  }
  switch (what) {
    case "renamed.":
      info.title = data.title;
      return void touch();
    case "usage.updated":
      return void Object.assign(info, { cost: data.cost, tokens: data.tokens });
    case "agent.selected":
      info.agent = data.agent;
      session.messages.push({
        id: newId("msg"),
        time: { created },
        type: "agent-switched",
        agent: data.agent,
      });
      return void touch();
    case "model.selected":
      info.model = data.model;
      session.messages.push({
        id: newId("msg"),
        time: { created },
        type: "model-switched",
        model: data.model,
      });
      return void touch();
    case "revert.staged":
      return void (info.revert = data.revert);
    case "revert.cleared":
      return void delete info.revert;
    case "revert.committed": {
      const at = session.messages.findIndex(({ id }) => id === data.to);
      if (at >= 0) session.messages.length = at;
      return void delete info.revert;
    }
  }
}
