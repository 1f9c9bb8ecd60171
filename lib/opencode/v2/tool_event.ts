import { array, defined, need, object, string } from "../../base/json.ts";
import type { SessionEvent } from "../transcript/event.ts";
import type { Frame } from "./frame.ts";
import { callPartId } from "./message.ts";
import type { SessionMemory } from "./session_memory.ts";
import { type CallFields, toolPart } from "./tool.ts";

const PREFIX = "session.tool.";

/** Whether an event is about a tool call. */
export function isToolEvent(type: string): boolean {
  return type.startsWith(PREFIX);
}

/**
 * What an event about a call says. Only the first one has the tool's name, and only one the input. A call
 * may fail before it is called: its arguments may be no JSON (observed).
 */
export function takeToolEvent(frame: Frame, memory: SessionMemory): SessionEvent[] {
  const { type, sessionId, data } = frame;
  const messageId = need(string(data.assistantMessageID));
  const callId = need(string(data.id));
  const id = callPartId(messageId, callId);
  const known = type === `${PREFIX}input.started`
    ? { callId, name: need(string(data.name)), status: "pending", input: {} } as const
    : memory.calls.get(id);
  const call = known && next(known, frame);
  if (call === undefined) {
    const isNews = !type.startsWith(`${PREFIX}input.`);
    return known === undefined && isNews ? [{ type: "unknown", sessionId }] : [];
  }
  // What it returned may be large.
  const { content: _, ...kept } = call;
  memory.calls.set(id, kept);
  return [{ type: "part", sessionId, part: toolPart({ id, sessionId, messageId }, call) }];
}

/** The call after an event; `undefined` when that changes nothing to see. */
function next(call: CallFields, { type, at, data }: Frame): CallFields | undefined {
  const { error } = data;
  const metadata = { ...call.metadata, ...object(data.metadata) };
  switch (type.slice(PREFIX.length)) {
    case "input.started":
      return { ...call, startedAt: at };
    case "called":
      return { ...call, status: "running", input: object(data.input), startedAt: at };
    case "progress":
      return { ...call, metadata };
    case "success":
      return { ...call, status: "completed", content: array(data.content), metadata, endedAt: at };
    case "failed":
      return defined({
        ...call,
        status: "error",
        metadata,
        error: object(error),
        endedAt: at,
      });
    default:
      return undefined;
  }
}
