/** The two dialects of the V2 API: the names of 2.0.4 and later, and those of the build of July 2026. */
import { array, object } from "../../../lib/base/json.ts";
import { defined, type Json, record, renamed } from "./json.ts";

export type Dialect = "2.0" | "july";

/** Events whose type has another name in July. */
const TYPES: Readonly<Record<string, string>> = {
  "session.inbox.enqueued": "session.input.admitted",
  "session.inbox.delivered": "session.input.promoted",
  "permission.asked": "permission.v2.asked",
  "permission.replied": "permission.v2.replied",
};
const TYPES_BACK = swapped(TYPES);
/** Fields of the events of tools. */
const TOOL = { id: "callID", metadata: "structured" };
const TOOL_BACK = swapped(TOOL);

/** An event of 2.0 as the build of July sends it; `undefined` when that has no such event. */
export function julyEvent(event: Json): Json | undefined {
  const type = String(event.type);
  const data = julyData(type, record(event.data));
  if (data === undefined) return undefined;
  const isCompaction = type === "session.inbox.enqueued" &&
    object(object(event.data).item).type === "compaction";
  return {
    ...event,
    type: isCompaction ? "session.compaction.admitted" : TYPES[type] ?? type,
    data,
  };
}

function julyData(type: string, data: Json): Json | undefined {
  if (type === "session.step.streamed") return undefined;
  if (type.startsWith("session.tool.")) {
    return { ...renamed(data, TOOL), ...(type === "session.tool.progress" ? { content: [] } : {}) };
  }
  switch (type) {
    case "session.inbox.enqueued": {
      const { sessionID, inboxID, item } = data;
      const { type, payload, delivery } = object(item);
      if (type === "compaction") return { sessionID, inputID: inboxID };
      return { sessionID, inputID: inboxID, input: { type, data: payload, delivery } };
    }
    case "session.inbox.delivered":
      return renamed(data, { inboxID: "inputID" });
    case "session.step.started":
      return defined({ ...data, started: undefined });
    case "permission.asked":
      return { ...data, ...(data.source ? { source: renamed(record(data.source), TOOL) } : {}) };
    case "form.created":
      return { form: julyForm(record(data.form)) };
    case "session.created": {
      const { sessionID, location, parentID, title, agent, model, version } = data;
      const info = { id: sessionID, projectID: "global", directory: object(location).directory };
      return { sessionID, info: defined({ ...info, parentID, title, agent, model, version }) };
    }
    default:
      return data;
  }
}

/** An event of a recording of July in the names of 2.0. */
export function modernEvent(event: Json): Json {
  const type = String(event.type);
  if (type === "session.compaction.admitted") {
    const { sessionID, inputID } = record(event.data);
    const item = { type: "compaction", payload: {}, delivery: "steer" };
    return {
      ...event,
      type: "session.inbox.enqueued",
      data: { sessionID, inboxID: inputID, item },
    };
  }
  const modern = TYPES_BACK[type] ?? type;
  return { ...event, type: modern, data: modernData(type, record(event.data)) };
}

function modernData(type: string, data: Json): Json {
  if (type === "session.tool.progress") {
    return defined({ ...renamed(data, TOOL_BACK), content: undefined });
  }
  if (type.startsWith("session.tool.")) return renamed(data, TOOL_BACK);
  switch (type) {
    case "session.input.admitted": {
      const { sessionID, inputID, input } = data;
      const { type, data: payload, delivery } = object(input);
      return { sessionID, inboxID: inputID, item: { type, payload, delivery } };
    }
    case "session.input.promoted":
      return renamed(data, { inputID: "inboxID" });
    case "permission.v2.asked":
      return {
        ...data,
        ...(data.source ? { source: renamed(record(data.source), TOOL_BACK) } : {}),
      };
    case "form.created": {
      const form = record(data.form);
      const metadata = record(form.metadata);
      const tool = renamed(record(metadata.tool), TOOL_BACK);
      return { form: { ...form, metadata: { ...metadata, tool } } };
    }
    case "session.created": {
      const { id, projectID, directory, parentID, title, agent, model } = object(data.info);
      const location = { directory };
      return defined({ sessionID: id, projectID, location, parentID, title, agent, model });
    }
    default:
      return data;
  }
}

/** A form as the build of July shows it. */
export function julyForm(form: Json): Json {
  const metadata = record(form.metadata);
  const tool = renamed(record(metadata.tool), TOOL);
  return { ...form, metadata: { ...metadata, ...(metadata.tool ? { tool } : {}) } };
}

/** A message as the build of July shows it. */
export function julyMessage(message: Json): Json {
  if (message.type !== "assistant") return message;
  return {
    ...message,
    content: array(message.content).map((part) => {
      const { state, ...rest } = record(part);
      if (rest.type !== "tool") return part;
      const { metadata, ...others } = record(state);
      if (others.status === "streaming") return { ...rest, state: others };
      return {
        ...rest,
        state: { ...others, content: others.content ?? [], structured: metadata ?? {} },
      };
    }),
  };
}

function swapped(names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([one, other]) => [other, one]));
}
