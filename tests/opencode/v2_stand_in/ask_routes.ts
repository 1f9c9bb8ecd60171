import { array, object, string } from "../../../lib/base/json.ts";
import { AGENTS, COMMANDS, MODELS, PROVIDERS } from "./catalogue.ts";
import { julyForm } from "./dialect.ts";
import { newId } from "./ids.ts";
import { type Json, record, renamed } from "./json.ts";
import { invalid, missing, Problem } from "./problem.ts";
import { type Call, located, type Route, route, sessionOf, settled } from "./route.ts";
import type { Form, Session } from "./session.ts";

/** The routes of permissions and forms. */
export const ASK_ROUTES: readonly Route[] = [
  route(
    "GET /api/permission/request",
    (call) => located(call.directory, here(call).flatMap(permissions(call))),
  ),
  route(
    "GET /api/session/:id/permission",
    (call) => ({ data: permissions(call)(sessionOf(call)) }),
  ),
  route("POST /api/session/:id/permission/:ask/reply", replyPermission),
  route("GET /api/permission/saved", ({ world, query }) => ({
    data: world.saved.filter(({ projectID }) =>
      projectID === (query.get("projectID") ?? projectID)
    ),
  })),
  // A rule that is gone does no harm.
  route("DELETE /api/permission/saved/:saved", ({ world, path }) => {
    const at = world.saved.findIndex(({ id }) => id === path.saved);
    if (at >= 0) world.saved.splice(at, 1);
  }),
  route("GET /api/form", (call) => located(call.directory, here(call).flatMap(forms(call))), "2.0"),
  route(
    "GET /api/form/request",
    (call) => located(call.directory, here(call).flatMap(forms(call))),
    "july",
  ),
  route("GET /api/session/:id/form", (call) => ({ data: forms(call)(sessionOf(call)) })),
  route(
    "GET /api/session/:id/form/:form",
    (call) => ({ data: { ...formOf(call).form, state: stateOf(call) } }),
    "2.0",
  ),
  route("GET /api/session/:id/form/:form/state", (call) => ({ data: stateOf(call) }), "july"),
  route("POST /api/session/:id/form/:form/reply", replyForm),
  route("DELETE /api/session/:id/form/:form", cancelForm, "2.0"),
  route("POST /api/session/:id/form/:form/cancel", cancelForm, "july"),
];

/** The routes of what can be chosen. */
export const CATALOGUE_ROUTES: readonly Route[] = [
  route("GET /api/agent", ({ directory }) => located(directory, AGENTS)),
  route("GET /api/model", (call) => settled(call, MODELS)),
  route("GET /api/model/default", (call) => settled(call, MODELS[0])),
  route("GET /api/provider", (call) => settled(call, PROVIDERS)),
  route("GET /api/command", ({ directory, world }) =>
    located(
      directory,
      COMMANDS.map(({ template, ...one }) => world.dialect === "july" ? { ...one, template } : one),
    )),
  route("GET /api/config", ({ directory }) => [{
    type: "document",
    path: `${directory}/opencode.json`,
    info: {
      permissions: [{ action: "shell", resource: "touch *", effect: "ask" }],
      provider: PROVIDERS,
    },
  }], "2.0"),
  route("GET /api/location", ({ directory }) => object(located(directory, undefined).location)),
];

/** The sessions of a location. */
function here({ world, directory }: Call): Session[] {
  return [...world.sessions.values()].filter((session) => session.directory === directory);
}

function permissions({ world }: Call): (session: Session) => Json[] {
  return (session) =>
    [...session.permissions.values()].map((ask) =>
      world.dialect === "july" && ask.source
        ? { ...ask, source: renamed(record(ask.source), { id: "callID" }) }
        : ask
    );
}

function replyPermission(call: Call): void {
  const { world, body } = call;
  const session = sessionOf(call);
  const { ask = "" } = call.path;
  const key = world.dialect === "july" ? "reply" : "decision";
  const decision = string(body[key]) ?? "";
  if (!["once", "always", "reject"].includes(decision)) {
    throw invalid(
      `Expected a decision, got ${JSON.stringify(body[key])}\n  at [${JSON.stringify(key)}]`,
    );
  }
  const found = session.permissions.get(ask);
  if (found === undefined) throw missing("Permission request", { requestID: ask });
  const message = string(body.message);
  const settle = (owner: Session, requestID: string) => {
    world.decisions.set(requestID, { decision, ...(message ? { message } : {}) });
    world.publish(owner, "permission.replied", { requestID, reply: decision });
  };
  settle(session, ask);
  // A refusal is for all that the session asks.
  if (decision === "reject") {
    for (const id of [...session.permissions.keys()]) {
      settle(session, id);
    }
  }
  if (decision !== "always") return;
  const { projectID } = session.info;
  const now = Date.now();
  const save = array(found.save).map((resource) => ({
    ...{ id: newId("psv"), projectID, action: found.action, resource },
    ...(world.dialect === "2.0" && { time: { created: now, updated: now } }),
  }));
  world.saved.push(...save);
  for (const other of world.sessions.values()) {
    for (const [id, { action, resources }] of [...other.permissions]) {
      const matches = (one: Json) => one.action === action && one.resource === array(resources)[0];
      if (save.some(matches)) settle(other, id);
    }
  }
}

function forms({ world }: Call): (session: Session) => Json[] {
  return (session) =>
    [...session.forms.values()].filter(({ state }) => state === undefined)
      .map(({ form }) => world.dialect === "july" ? julyForm(form) : form);
}

function formOf(call: Call): Form {
  const { form = "" } = call.path;
  const found = sessionOf(call).forms.get(form);
  if (found === undefined) throw missing("Form", { id: form });
  return found;
}

function stateOf(call: Call): unknown {
  return formOf(call).state ?? { status: "pending" };
}

/** The form, if nobody has answered it yet. */
function openForm(call: Call): Form {
  const found = formOf(call);
  if (found.state === undefined) return found;
  const { id } = found.form;
  throw new Problem(409, {
    _tag: "FormAlreadySettledError",
    id,
    message: `Form already settled: ${id}`,
  });
}

function replyForm(call: Call): void {
  const { form: { id, fields } } = openForm(call);
  const answer = record(call.body.answer);
  for (const [key, value] of Object.entries(answer)) {
    const field = array(fields).map(object).find((one) => one.key === key);
    const wrong = field === undefined
      ? `Unknown form field: ${key}`
      : (field.type === "multiselect") !== Array.isArray(value)
      ? `Invalid answer for form field: ${key}`
      : undefined;
    if (wrong) throw new Problem(400, { _tag: "FormInvalidAnswerError", id, message: wrong });
  }
  const inactive = array(fields).map(object).find(({ key, type, when }) => {
    if (type === "external") return answer[String(key)] !== true;
    const isActive = array(when).map(object).every(({ key, op, value }) => {
      const given = answer[String(key)];
      const hit = Array.isArray(given) ? given.includes(value) : given === value;
      return given !== undefined && hit === (op === "eq");
    });
    return answer[String(key)] !== undefined && !isActive;
  });
  if (inactive) {
    // The words of the build of July.
    const message = inactive.type === "external"
      ? `External form field must be acknowledged: ${inactive.key}`
      : `Form field is not active: ${inactive.key}`;
    throw new Problem(400, { _tag: "FormInvalidAnswerError", id, message });
  }
  call.world.publish(sessionOf(call), "form.replied", { id, answer });
}

function cancelForm(call: Call): void {
  const { form: { id } } = openForm(call);
  call.world.publish(sessionOf(call), "form.cancelled", { id });
}
