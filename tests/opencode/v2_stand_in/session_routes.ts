import { array, number, object, string } from "../../../lib/base/json.ts";
import { COMMANDS } from "./catalogue.ts";
import { julyMessage } from "./dialect.ts";
import { newId } from "./ids.ts";
import { defined, type Json, record } from "./json.ts";
import { page } from "./page.ts";
import { conflict, invalid, missing, Problem } from "./problem.ts";
import { type Call, type Route, route, sessionOf } from "./route.ts";
import type { InboxItem, Session } from "./session.ts";

/** The routes of sessions, their messages and what runs in them. */
export const SESSION_ROUTES: readonly Route[] = [
  route("GET /api/session", list),
  route("POST /api/session", create),
  route("GET /api/session/active", ({ world: { active } }) => ({
    data: Object.fromEntries([...active.keys()].map((id) => [id, { type: "running" }])),
  })),
  route("GET /api/session/:id", (call) => ({ data: call.world.shown(sessionOf(call)) })),
  route("DELETE /api/session/:id", remove),
  route("PATCH /api/session/:id", patch, "2.0"),
  route("POST /api/session/:id/rename", patch, "july"),
  route("POST /api/session/:id/fork", fork),
  route("GET /api/session/:id/message", messages),
  route("GET /api/session/:id/message/:message", message),
  route("POST /api/session/:id/prompt", prompt),
  route("GET /api/session/:id/inbox", inbox, "2.0"),
  route("GET /api/session/:id/pending", inbox, "july"),
  route("DELETE /api/session/:id/inbox/:item", withdraw, "2.0"),
  route("PATCH /api/session/:id/inbox/:item", redeliver, "2.0"),
  route("POST /api/session/:id/interrupt", interrupt),
  route("POST /api/session/:id/compact", compact),
  route("POST /api/session/:id/command", command),
  route("POST /api/session/:id/model", (call) => select(call, "model", record(call.body.model))),
  route("POST /api/session/:id/agent", (call) => select(call, "agent", string(call.body.agent))),
  route("POST /api/session/:id/revert/stage", stage),
  route("DELETE /api/session/:id/revert", clear, "2.0"),
  route("POST /api/session/:id/revert/clear", clear, "july"),
  route("POST /api/session/:id/revert/commit", (call) => commit(call, sessionOf(call))),
  route("GET /api/session/:id/diff", (call) => sessionOf(call) && { data: [] }, "2.0"),
];

function list({ world, query }: Call): unknown {
  const directory = query.get("directory");
  const parent = query.get("parentID");
  const updated = ({ info }: Session) => number(record(info.time).updated) ?? 0;
  const found = [...world.sessions.values()]
    .filter((session) => directory === null || session.directory === directory)
    .filter(({ info }) => parent === null || (info.parentID ?? "null") === parent)
    .sort((one, other) => updated(one) - updated(other));
  return page(found.map((session) => world.shown(session)), query);
}

function create({ world, body, directory: own }: Call): unknown {
  const { id, location, title, agent, model, metadata, permissions, parentID } = body;
  if (id !== undefined && !string(id)?.startsWith("ses_")) {
    throw invalid(`Expected a string starting with "ses_", got ${JSON.stringify(id)}\n  at ["id"]`);
  }
  const known = world.sessions.get(String(id));
  if (known) return { data: world.shown(known) };
  const parent = world.sessions.get(String(parentID));
  const directory = string(object(location).directory) ?? parent?.directory ?? own;
  // A relative directory is an empty 500 (observed on the build of July).
  if (!directory.startsWith("/")) throw new Problem(500);
  const isModern = world.dialect === "2.0";
  const modern = isModern ? { title, metadata, permissions } : {};
  const july = isModern ? {} : { title: `New session - ${new Date().toISOString()}` };
  const given = defined({ ...modern, ...july, agent, model, parentID });
  const session = world.create(string(id) ?? newId("ses"), directory, given);
  return { data: world.shown(session) };
}

async function remove(call: Call): Promise<void> {
  const session = sessionOf(call);
  call.executions.interrupt(session);
  await call.executions.settled(session);
  call.world.sessions.delete(session.id);
  call.world.publish(session, "session.deleted");
}

function patch(call: Call): void {
  const session = sessionOf(call);
  const { title, metadata, permissions } = call.body;
  Object.assign(session.info, defined({ metadata, permissions }));
  if (permissions) call.world.publish(session, "session.permissions", { permissions });
  if (title !== undefined) {
    call.world.publish(session, "session.renamed", { title: title || "Fake title" });
  }
}

/** Copies what is before a message, or everything, under new ids. The copy is no child (2.0.26). */
function fork(call: Call): unknown {
  const { world, body } = call;
  const session = sessionOf(call);
  const before = world.dialect === "july" ? body.messageID : body.before;
  const at = session.messages.findIndex(({ id }) => id === before);
  if (before !== undefined && at === -1) {
    throw missing("Message", { sessionID: session.id, messageID: before });
  }
  if (session.messages.length === 0) throw invalid("Session has no messages to fork");
  const { title, agent, model, permissions } = session.info;
  const [, name = title, n = 0] = /^(.+) \(fork #(\d+)\)$/.exec(String(title)) ?? [];
  const copy = world.create(
    newId("ses"),
    session.directory,
    defined({
      ...{ title: `${name} (fork #${Number(n) + 1})`, agent, model, permissions },
      fork: { sessionID: session.id },
    }),
  );
  const messages = session.messages.slice(0, before === undefined ? undefined : at);
  copy.messages.push(...messages.map((one) => ({ ...one, id: newId("msg") })));
  return { data: world.shown(copy) };
}

function messages(call: Call): unknown {
  const session = sessionOf(call);
  const type = call.query.get("type");
  const wanted = session.messages.filter((message) => type === null || message.type === type);
  return page(wanted.map((message) => shownMessage(call, message)), call.query);
}

function message(call: Call): unknown {
  const session = sessionOf(call);
  const found = session.messages.find(({ id }) => id === call.path.message);
  if (found) return { data: shownMessage(call, found) };
  throw missing("Message", { sessionID: session.id, messageID: call.path.message });
}

function shownMessage({ world }: Call, message: Json): Json {
  return world.dialect === "july" ? julyMessage(message) : message;
}

/** An entry of an inbox as the dialect shows it. */
function shownItem({ world }: Call, session: Session, item: InboxItem): Json {
  const { id, created, seq, type, payload, delivery } = item;
  return world.dialect === "july"
    ? {
      admittedSeq: seq,
      id,
      sessionID: session.id,
      timeCreated: created,
      type,
      data: payload,
      delivery,
    }
    : { id, sessionID: session.id, time: { created }, type, payload, delivery };
}

function inbox(call: Call): unknown {
  const session = sessionOf(call);
  return { data: session.inbox.map((item) => shownItem(call, session, item)) };
}

async function prompt(call: Call): Promise<unknown> {
  const session = sessionOf(call);
  await checkDirectory(call, session);
  const { text, files, agents, metadata, delivery = "steer", resume = true } = call.body;
  if (string(text) === undefined) throw invalid('Missing key\n  at ["text"]');
  if (delivery !== "steer" && delivery !== "queue") {
    throw invalid(`Expected "steer" | "queue", got ${JSON.stringify(delivery)}\n  at ["delivery"]`);
  }
  checkFiles(array(files));
  const id = promptId(call);
  const payload = defined({ text, files, agents, metadata });
  const known = knownItem(call, session, id, payload);
  if (known === undefined) {
    // A prompt makes what is undone final.
    if (session.info.revert) commit(call, session);
    call.executions.accept(session, { id, type: "user", payload, delivery });
  }
  if (resume) call.executions.wake(session);
  const stored = known ?? session.accepted.get(id);
  return { data: stored && shownItem(call, session, stored) };
}

/** 2.0.26 looks for the directory at the prompt, not before (its source). */
async function checkDirectory({ world }: Call, { directory }: Session): Promise<void> {
  const isThere = await Deno.stat(directory).then(({ isDirectory }) => isDirectory, () => false);
  if (isThere || world.dialect === "july") return;
  const message = `Location not found: ${directory}`;
  throw new Problem(404, { _tag: "LocationNotFoundError", directory, message });
}

function promptId({ body: { id } }: Call): string {
  if (id === undefined) return newId("msg");
  if (string(id)?.startsWith("msg_")) return String(id);
  throw invalid(`Expected a string starting with "msg_", got ${JSON.stringify(id)}\n  at ["id"]`);
}

/** The same prompt of an earlier request. */
function knownItem(
  { world }: Call,
  session: Session,
  id: string,
  payload: Json,
): InboxItem | undefined {
  const clash = () =>
    conflict(`Prompt message ID conflicts with an existing durable record: ${id}`, id);
  const elsewhere = [...world.sessions.values()]
    .some((other) => other !== session && other.accepted.has(id));
  if (elsewhere) throw clash();
  const known = session.accepted.get(id);
  // 2.0.26 answers with what it has, July refuses another text.
  if (known && world.dialect === "july" && known.payload.text !== payload.text) throw clash();
  return known;
}

function checkFiles(files: readonly unknown[]): void {
  for (const file of files) {
    const uri = string(object(file).uri) ?? "";
    const refused = (message: string) =>
      new Problem(400, { _tag: "InvalidRequestError", message, kind: "Payload", field: "files" });
    if (!/^(data|file):/.test(uri)) {
      throw refused(`Unsupported attachment URI: ${uri.slice(0, 40)}`);
    }
    // Its check of the base64 overflows (observed on the build of July: 3 MiB pass, 4 do not).
    if (uri.length > 5_000_000) throw new Problem(500);
  }
}

function withdraw(call: Call): void {
  const session = sessionOf(call);
  const { item = "" } = call.path;
  if (session.messages.some(({ id }) => id === item)) {
    throw conflict(`Already delivered: ${item}`, item);
  }
  if (!session.inbox.some(({ id }) => id === item)) throw missing("Message", { messageID: item });
  call.world.publish(session, "session.inbox.cancelled", { inboxID: item });
}

function redeliver(call: Call): void {
  const session = sessionOf(call);
  const { item = "" } = call.path;
  if (!session.inbox.some(({ id }) => id === item)) {
    throw conflict(`Already delivered: ${item}`, item);
  }
  const { delivery } = call.body;
  call.world.publish(session, "session.inbox.delivery.changed", { inboxID: item, delivery });
  if (delivery === "steer") call.executions.wake(session);
}

function interrupt(call: Call): unknown {
  const session = sessionOf(call);
  const interrupted = call.executions.interrupt(session);
  if (call.query.get("resume") === "true" && session.inbox.length > 0) {
    call.executions.wake(session);
  }
  return call.world.dialect === "july" ? undefined : { interrupted };
}

function compact(call: Call): unknown {
  const session = sessionOf(call);
  let waiting = session.inbox.find(({ type }) => type === "compaction");
  if (waiting === undefined) {
    const item = { id: promptId(call), type: "compaction", payload: {}, delivery: "queue" };
    call.executions.accept(session, item);
    waiting = session.accepted.get(item.id);
  }
  call.executions.wake(session);
  return { data: waiting && shownItem(call, session, waiting) };
}

function command(call: Call): unknown {
  const session = sessionOf(call);
  const { command: name, arguments: words } = call.world.dialect === "july"
    ? call.body
    : { command: call.body.name, arguments: call.body.text };
  const found = COMMANDS.find((one) => one.name === name);
  if (found === undefined) throw missing("Command", { command: String(name) });
  const payload = { text: found.template.replace("$ARGUMENTS", String(words ?? "")) };
  const id = call.world.dialect === "july" ? promptId(call) : newId("msg");
  call.executions.accept(session, { id, type: "user", payload, delivery: "steer" });
  call.executions.wake(session);
  const stored = session.accepted.get(id);
  return call.world.dialect === "july" && stored
    ? { data: shownItem(call, session, stored) }
    : undefined;
}

function select(call: Call, what: "model" | "agent", value: unknown): void {
  const session = sessionOf(call);
  // 2.0.26 ignores an equal model itself, not an equal agent.
  const same = JSON.stringify(session.info[what]) === JSON.stringify(value);
  if (what === "model" && same && call.world.dialect === "2.0") return;
  call.world.publish(session, `session.${what}.selected`, { [what]: value });
}

function stage(call: Call): unknown {
  const session = sessionOf(call);
  if (call.world.active.has(session.id)) {
    const message = `Session is busy: ${session.id}`;
    throw new Problem(409, { _tag: "SessionBusyError", sessionID: session.id, message });
  }
  const { messageID } = call.body;
  if (!session.messages.some(({ id }) => id === messageID)) {
    throw missing("Message", { sessionID: session.id, messageID });
  }
  const revert = { messageID, files: [] };
  call.world.publish(session, "session.revert.staged", { revert });
  return { data: revert };
}

function clear(call: Call): void {
  const session = sessionOf(call);
  call.world.publish(session, "session.revert.cleared");
  call.executions.wake(session);
}

function commit({ world }: Pick<Call, "world">, session: Session): void {
  const to = object(session.info.revert).messageID;
  if (to !== undefined) world.publish(session, "session.revert.committed", { to });
}
