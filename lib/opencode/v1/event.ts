import { defined, list, need, object, parser, string } from "../../base/json.ts";
import type { SessionEvent } from "../transcript/event.ts";
import { parsePermission, parseQuestion, parseRequestAnswer } from "./agent_request.ts";
import { parseError, parseMessageInfo, parsePart } from "./message.ts";
import { parseAllowed, parseSession, parseStatus } from "./session.ts";
import { parseTodo } from "./tool.ts";

/** An error that says nothing of itself, as opencode's API document allows. */
const UNKNOWN_ERROR = { name: "UnknownError", message: "unknown error" };

/** What happened, according to one SSE frame; see {@linkcode parseGlobalEvent}. */
export function readEvents(frame: unknown): SessionEvent[] {
  const event = parseGlobalEvent(frame);
  return event === undefined ? [] : [event];
}

/**
 * The event in one SSE frame: `{directory, project, payload}` of `/global/event` or the bare
 * `{id, type, properties}` of `/event`. `undefined` for types that are not used, for the `sync` copies that
 * `/global/event` sends of every durable event (observed on opencode 1.18.33), and for what is malformed.
 */
export const parseGlobalEvent = parser((frame): SessionEvent | undefined => {
  const event = "payload" in frame ? object(frame.payload) : frame;
  const properties = object(event.properties);
  const { type } = event;
  if (type === "server.connected") return { type: "connected" };
  if (type === "session.error") {
    const error = parseError(properties.error) ?? UNKNOWN_ERROR;
    return defined({ type: "failed", sessionId: string(properties.sessionID), error });
  }
  const of = (key: string) => need(string(properties[key]));
  const sessionId = of("sessionID");
  switch (type) {
    case "session.created":
    case "session.updated": {
      const { parentId } = need(parseSession(properties.info));
      const allowed = parseAllowed(object(properties.info).permission);
      return defined({ type: "session", sessionId, parentId, allowed });
    }
    case "session.deleted":
      return { type: "deleted", sessionId };
    case "session.status":
      return { type: "status", sessionId, status: need(parseStatus(properties.status)) };
    case "session.idle":
      return { type: "status", sessionId, status: { type: "idle" } };
    case "session.compacted":
      return { type: "compacted", sessionId };
    case "message.updated":
      return { type: "message", sessionId, info: need(parseMessageInfo(properties.info)) };
    case "message.removed":
      return { type: "message_removed", sessionId, messageId: of("messageID") };
    case "message.part.updated":
      return { type: "part", sessionId, part: need(parsePart(properties.part)) };
    case "message.part.removed": {
      const [messageId, partId] = [of("messageID"), of("partID")];
      return { type: "part_removed", sessionId, messageId, partId };
    }
    case "message.part.delta": {
      // Reasoning is sent with field "text" too (observed), and no other field is text.
      if (properties.field !== "text") return undefined;
      const [messageId, partId, text] = [of("messageID"), of("partID"), of("delta")];
      return { type: "delta", sessionId, messageId, partId, text };
    }
    case "permission.asked":
      return { type: "asked", sessionId, pending: need(parsePermission(properties)) };
    case "question.asked":
      return { type: "asked", sessionId, pending: need(parseQuestion(properties)) };
    case "permission.replied":
    case "question.replied":
    case "question.rejected": {
      const answer = need(parseRequestAnswer(properties));
      return { type: "answered", sessionId, requestId: of("requestID"), answer };
    }
    case "todo.updated":
      if (!Array.isArray(properties.todos)) return undefined;
      return { type: "todos", sessionId, todos: list(properties.todos, parseTodo) };
    default:
      return undefined;
  }
});
