import { list, need, object, type Parsed, parser, string } from "../../base/json.ts";
import { parsePermission, parseQuestion } from "./ask.ts";
import { parseAgentError, parseMessageInfo, parsePart } from "./message.ts";
import { parseSession, parseStatus } from "./message.ts";
import { parseTodo } from "./tool.ts";

/** The events that the bridge uses. */
export type OpencodeEvent = Parsed<typeof parseGlobalEvent>;
/**
 * The event in one SSE frame: `{directory, project, payload}` of `/global/event` or the bare
 * `{id, type, properties}` of `/event`. `undefined` for types we do not use, for the `sync` copies that
 * `/global/event` sends of every durable event (observed on opencode 1.18.33), and for what is malformed.
 */
export const parseGlobalEvent = parser((frame) => {
  const event = "payload" in frame ? object(frame.payload) : frame;
  const properties = object(event.properties);
  const { type } = event;
  // There is no replay, so what came before it is lost.
  if (type === "server.connected") return { type };
  if (type === "session.error") {
    const error = need(parseAgentError(properties.error));
    return { type, sessionID: string(properties.sessionID), error };
  }
  const of = (key: string) => need(string(properties[key]));
  const sessionID = of("sessionID");
  switch (type) {
    case "session.created":
    case "session.updated":
      return { type, sessionID, session: need(parseSession(properties.info)) };
    case "session.status":
      return { type, sessionID, status: need(parseStatus(properties.status)) };
    case "session.idle":
    case "session.compacted":
      return { type, sessionID };
    case "message.updated":
      return { type, sessionID, info: need(parseMessageInfo(properties.info)) };
    case "message.removed":
      return { type, sessionID, messageID: of("messageID") };
    case "message.part.updated":
      return { type, sessionID, part: need(parsePart(properties.part)) };
    case "message.part.removed":
      return { type, sessionID, messageID: of("messageID"), partID: of("partID") };
    case "message.part.delta": {
      // Reasoning is sent with field "text" too (observed), and no other field is text.
      if (properties.field !== "text") return undefined;
      const [messageID, partID, delta] = [of("messageID"), of("partID"), of("delta")];
      return { type, sessionID, messageID, partID, delta };
    }
    case "permission.asked":
      return { type, sessionID, ask: need(parsePermission(properties)) };
    case "question.asked":
      return { type, sessionID, ask: need(parseQuestion(properties)) };
    case "permission.replied":
    case "question.replied":
    case "question.rejected":
      return { type, sessionID, requestID: of("requestID") };
    case "todo.updated":
      if (!Array.isArray(properties.todos)) return undefined;
      return { type, sessionID, todos: list(properties.todos, parseTodo) };
    default:
      return undefined;
  }
});
