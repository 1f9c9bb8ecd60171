import { object, string } from "./json.ts";
import {
  parseAgentError,
  parseMessageInfo,
  parsePart,
  parseSession,
  parseStatus,
} from "./parse.ts";
import { parseTodos } from "./parse_tool.ts";
import { parsePermission, parseQuestion } from "./parse_ask.ts";
import type { OpencodeEvent } from "./types.ts";

/**
 * The event in one SSE frame: `{directory, project, payload}` of `/global/event` or the bare
 * `{id, type, properties}` of `/event`. `undefined` for types we do not use, for the `sync` copies that
 * `/global/event` sends of every durable event (observed on opencode 1.18.33), and for what is malformed.
 */
export function parseGlobalEvent(json: unknown): OpencodeEvent | undefined {
  const frame = object(json);
  const event = object(frame?.payload) ?? frame;
  const properties = object(event?.properties);
  if (properties === undefined) return undefined;
  const type = event?.type;
  switch (type) {
    case "server.connected":
      return { type };
    case "server.instance.disposed": {
      const directory = string(properties.directory) ?? string(frame?.directory);
      return directory === undefined ? undefined : { type, directory };
    }
    case "session.error": {
      const error = parseAgentError(properties.error);
      return error && { type, sessionID: string(properties.sessionID), error };
    }
  }
  const sessionID = string(properties.sessionID);
  if (sessionID === undefined) return undefined;
  const messageID = string(properties.messageID);
  const partID = string(properties.partID);
  const requestID = string(properties.requestID);
  switch (type) {
    case "session.created":
    case "session.updated":
    case "session.deleted": {
      const session = parseSession(properties.info);
      return session && { type, sessionID, session };
    }
    case "session.status": {
      const status = parseStatus(properties.status);
      return status && { type, sessionID, status };
    }
    case "session.idle":
    case "session.compacted":
      return { type, sessionID };
    case "message.updated": {
      const info = parseMessageInfo(properties.info);
      return info && { type, sessionID, info };
    }
    case "message.removed":
      return messageID === undefined ? undefined : { type, sessionID, messageID };
    case "message.part.updated": {
      const part = parsePart(properties.part);
      return part && { type, sessionID, part };
    }
    case "message.part.delta": {
      const delta = string(properties.delta);
      // Reasoning is sent with field "text" too (observed), and no other field is text.
      if (messageID === undefined || partID === undefined || delta === undefined) return undefined;
      if (properties.field !== "text") return undefined;
      return { type, sessionID, messageID, partID, delta };
    }
    case "message.part.removed":
      if (messageID === undefined || partID === undefined) return undefined;
      return { type, sessionID, messageID, partID };
    case "permission.asked": {
      const ask = parsePermission(properties);
      return ask && { type, sessionID, ask };
    }
    case "question.asked": {
      const ask = parseQuestion(properties);
      return ask && { type, sessionID, ask };
    }
    case "permission.replied":
    case "question.replied":
    case "question.rejected":
      return requestID === undefined ? undefined : { type, sessionID, requestID };
    case "todo.updated":
      return Array.isArray(properties.todos)
        ? { type, sessionID, todos: parseTodos(properties.todos) }
        : undefined;
    default:
      return undefined;
  }
}
