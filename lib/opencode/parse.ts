/**
 * Parsers from JSON to our types. They ignore fields they do not know, fill in what does no harm when
 * it is missing, and answer `undefined` when what is needed is not there.
 */
import { type JsonObject, list, need, number, object, parseJson, parser, string } from "../json.ts";
import { parseFileChange, toolState } from "./parse_tool.ts";

/** Parses `{name, data: {message, …}}`. */
export const parseAgentError = parser((error) => {
  const name = need(string(error.name));
  const data = object(error.data);
  return {
    /** For example `APIError`, `ProviderAuthError`, `ContextOverflowError`, `MessageAbortedError`. */
    name,
    message: plain(string(data.message) ?? name),
    /** HTTP status of the model provider's answer. */
    statusCode: number(data.statusCode),
  };
});

/** Errors inside a model's stream come as the provider's JSON in place of a message (observed). */
function plain(message: string): string {
  const json = object(parseJson(message));
  return string(json.message) ?? string(object(json.error).message) ?? message;
}

/** Parses a session as the session endpoints and events carry it. */
export const parseSession = parser((session) => {
  const time = object(session.time);
  const created = number(time.created) ?? 0;
  return {
    id: need(string(session.id)),
    directory: need(string(session.directory)),
    title: string(session.title) ?? "",
    parentID: string(session.parentID),
    created,
    updated: number(time.updated) ?? created,
    archived: number(time.archived),
    /** The last turn's. */
    model: sessionModel(object(session.model)),
    agent: string(session.agent),
    /** The user message from which on everything is undone. */
    revertedFrom: string(object(session.revert).messageID),
  };
});

function sessionModel({ providerID, id: modelID }: JsonObject): string | undefined {
  return modelName({ providerID, modelID });
}

/** Parses the status of one session. */
export const parseStatus = parser((status) => {
  const { type } = status;
  if (type === "idle" || type === "busy") return { type };
  if (type !== "retry") return undefined;
  return {
    type,
    attempt: number(status.attempt) ?? 1,
    message: plain(string(status.message) ?? ""),
    /** When the next attempt begins. */
    next: number(status.next) ?? 0,
  };
});

/** Parses the answer of `GET /session/status`: session id → status, busy ones only. */
export const parseStatusMap = parser((map) =>
  new Map(
    Object.entries(map).flatMap(([id, json]) => {
      const status = parseStatus(json);
      return status ? [[id, status]] : [];
    }),
  )
);

/** Parses the `info` of a message. */
export const parseMessageInfo = parser((info) => {
  const time = object(info.time);
  const base = {
    id: need(string(info.id)),
    sessionID: need(string(info.sessionID)),
    created: need(number(time.created)),
    agent: string(info.agent),
  };
  if (info.role === "user") {
    return {
      ...base,
      role: info.role,
      model: modelName(object(info.model)),
      /** What the turn changed so far; empty outside git. Filled in late, also after `session.idle`. */
      diffs: list(object(info.summary).diffs, parseFileChange),
    };
  }
  if (info.role !== "assistant") return undefined;
  return {
    ...base,
    role: info.role,
    /** The user message that this step answers. */
    parentID: need(string(info.parentID)),
    completed: number(time.completed),
    /** `stop`, `tool-calls`, `length`, …; absent while running and after an error. */
    finish: string(info.finish),
    error: parseAgentError(info.error),
    /** A compaction's summary: not meant for the reader. */
    summary: info.summary === true,
    model: modelName(info),
    /** US dollars. */
    cost: number(info.cost) ?? 0,
    tokens: parseTokens(object(info.tokens)),
    /** The directory in which the step worked. */
    cwd: string(object(info.path).cwd),
  };
});

function modelName(model: JsonObject): string | undefined {
  const provider = string(model.providerID);
  const id = string(model.modelID);
  return provider === undefined || id === undefined ? undefined : `${provider}/${id}`;
}

/** Tokens of one model step; `input` excludes what came from the cache, `output` excludes reasoning. */
function parseTokens(tokens: JsonObject) {
  const cache = object(tokens.cache);
  const counts = {
    input: number(tokens.input) ?? 0,
    output: number(tokens.output) ?? 0,
    reasoning: number(tokens.reasoning) ?? 0,
    cacheRead: number(cache.read) ?? 0,
    cacheWrite: number(cache.write) ?? 0,
  };
  const sum = Object.values(counts).reduce((a, b) => a + b);
  /** `total` is about what the context holds after the step. */
  return { ...counts, total: number(tokens.total) ?? sum };
}

/** Parses a part; `undefined` also for the kinds that a reader does not need. */
export const parsePart = parser((part) => {
  const { type } = part;
  const base = {
    id: need(string(part.id)),
    sessionID: need(string(part.sessionID)),
    messageID: need(string(part.messageID)),
  };
  switch (type) {
    case "text":
    case "reasoning":
      return {
        ...base,
        type,
        /** Empty in what the server reports and stores while it streams. */
        text: need(string(part.text)),
        /** Written by opencode for the model, not for the reader. */
        hidden: part.synthetic === true || part.ignored === true,
        /** The text is whole. */
        ended: number(object(part.time).end) !== undefined,
      };
    case "tool":
      return { ...base, type, ...toolState(part) };
    // A start without a finish before the next one is an attempt that failed and is made again.
    case "step-start":
    case "step-finish":
      return { ...base, type };
    // Makes its user message a request to compact the context, `auto` when opencode asked by itself.
    case "compaction":
      return { ...base, type, auto: part.auto === true };
    default:
      return undefined;
  }
});

/** Parses one `{info, parts}`. */
export const parseMessage = parser(({ info, parts }) => ({
  info: need(parseMessageInfo(info)),
  parts: list(parts, parsePart),
}));
