/**
 * Parsers from JSON to our types. They ignore fields they do not know, fill in what does no harm when
 * it is missing, and answer `undefined` when what is needed is not there. None of them throws.
 */
import { type JsonObject, list, number, object, parseObject, string } from "./json.ts";
import { parseFileChange, parseToolState } from "./parse_tool.ts";
import type {
  AgentError,
  AssistantMessage,
  Message,
  MessageInfo,
  Part,
  Session,
  SessionStatus,
  Tokens,
  UserMessage,
} from "./types.ts";

/** Parses `{name, data: {message, …}}`. */
export function parseAgentError(json: unknown): AgentError | undefined {
  const error = object(json);
  const name = string(error?.name);
  if (name === undefined) return undefined;
  const data = object(error?.data);
  return {
    name,
    message: plain(string(data?.message) ?? name),
    statusCode: number(data?.statusCode),
    retryable: typeof data?.isRetryable === "boolean" ? data.isRetryable : undefined,
  };
}

/** Errors inside a model's stream come as the provider's JSON in place of a message (observed). */
function plain(message: string): string {
  if (!message.startsWith("{")) return message;
  const json = parseObject(message);
  return string(json?.message) ?? string(object(json?.error)?.message) ?? message;
}

/** Parses a session as the session endpoints and events carry it. */
export function parseSession(json: unknown): Session | undefined {
  const session = object(json);
  const id = string(session?.id);
  const directory = string(session?.directory);
  if (id === undefined || directory === undefined) return undefined;
  const time = object(session?.time);
  const created = number(time?.created) ?? 0;
  return {
    id,
    directory,
    title: string(session?.title) ?? "",
    parentID: string(session?.parentID),
    created,
    updated: number(time?.updated) ?? created,
    archived: number(time?.archived),
    revertedFrom: string(object(session?.revert)?.messageID),
  };
}

/** Parses the status of one session. */
export function parseStatus(json: unknown): SessionStatus | undefined {
  const status = object(json);
  if (status?.type === "idle" || status?.type === "busy") return { type: status.type };
  if (status?.type !== "retry") return undefined;
  return {
    type: "retry",
    attempt: number(status.attempt) ?? 1,
    message: plain(string(status.message) ?? ""),
    next: number(status.next) ?? 0,
  };
}

/** Parses the answer of `GET /session/status`: session id → status, busy ones only. */
export function parseStatusMap(json: unknown): Map<string, SessionStatus> | undefined {
  const map = object(json);
  if (map === undefined) return undefined;
  const statuses = new Map<string, SessionStatus>();
  for (const [id, value] of Object.entries(map)) {
    const status = parseStatus(value);
    if (status !== undefined) statuses.set(id, status);
  }
  return statuses;
}

/** Parses the `info` of a message. */
export function parseMessageInfo(json: unknown): MessageInfo | undefined {
  const info = object(json);
  const id = string(info?.id);
  const sessionID = string(info?.sessionID);
  const created = number(object(info?.time)?.created);
  if (!info || id === undefined || sessionID === undefined || created === undefined) {
    return undefined;
  }
  const base = { id, sessionID, created, agent: string(info.agent) };
  if (info.role === "user") return parseUser(info, base);
  if (info.role === "assistant") return parseAssistant(info, base);
  return undefined;
}

type InfoBase = Pick<UserMessage, "id" | "sessionID" | "created" | "agent">;

function parseUser(info: JsonObject, base: InfoBase): UserMessage {
  return {
    ...base,
    role: "user",
    model: modelName(object(info.model)),
    diffs: list(object(info.summary)?.diffs, parseFileChange),
  };
}

function parseAssistant(info: JsonObject, base: InfoBase): AssistantMessage | undefined {
  const parentID = string(info.parentID);
  if (parentID === undefined) return undefined;
  return {
    ...base,
    role: "assistant",
    parentID,
    completed: number(object(info.time)?.completed),
    finish: string(info.finish),
    error: parseAgentError(info.error),
    summary: info.summary === true,
    model: modelName(info),
    cost: number(info.cost) ?? 0,
    tokens: parseTokens(object(info.tokens)),
    cwd: string(object(info.path)?.cwd),
  };
}

function modelName(model: JsonObject | undefined): string | undefined {
  const provider = string(model?.providerID);
  const id = string(model?.modelID);
  return provider === undefined || id === undefined ? undefined : `${provider}/${id}`;
}

function parseTokens(tokens: JsonObject | undefined): Tokens {
  const cache = object(tokens?.cache);
  const counts = {
    input: number(tokens?.input) ?? 0,
    output: number(tokens?.output) ?? 0,
    reasoning: number(tokens?.reasoning) ?? 0,
    cacheRead: number(cache?.read) ?? 0,
    cacheWrite: number(cache?.write) ?? 0,
  };
  const sum = Object.values(counts).reduce((a, b) => a + b);
  return { ...counts, total: number(tokens?.total) ?? sum };
}

/** Parses a part; `undefined` also for the kinds that a reader does not need. */
export function parsePart(json: unknown): Part | undefined {
  const part = object(json);
  const id = string(part?.id);
  const sessionID = string(part?.sessionID);
  const messageID = string(part?.messageID);
  if (!part || id === undefined || sessionID === undefined || messageID === undefined) {
    return undefined;
  }
  const base = { id, sessionID, messageID };
  switch (part.type) {
    case "text":
    case "reasoning": {
      const text = string(part.text);
      if (text === undefined) return undefined;
      const hidden = part.synthetic === true || part.ignored === true;
      const ended = number(object(part.time)?.end) !== undefined;
      return { ...base, type: part.type, text, hidden, ended };
    }
    case "tool": {
      const state = parseToolState(part);
      return state && { ...base, type: "tool", ...state };
    }
    case "step-start":
    case "step-finish":
      return { ...base, type: part.type };
    case "compaction":
      return { ...base, type: "compaction", auto: part.auto === true };
    default:
      return undefined;
  }
}

/** Parses one `{info, parts}`. */
export function parseMessage(json: unknown): Message | undefined {
  const message = object(json);
  const info = parseMessageInfo(message?.info);
  return info && { info, parts: list(message?.parts, parsePart) };
}
