/**
 * What the bridge needs to know of opencode's sessions and messages. The parsers ignore fields they do not
 * know, fill in what does no harm when it is missing, and answer `undefined` when what is needed is not
 * there. Times are milliseconds since 1970 on the server's clock, models are `provider/model`. Names and
 * meanings observed on opencode 1.18.33.
 */
import { type JsonObject, list, need, number, object, type Parsed } from "../../base/json.ts";
import { parseJson, parser, string } from "../../base/json.ts";
import { parseFileChange, toolState } from "./tool.ts";

/** Why a message or a session failed. */
export type AgentError = Parsed<typeof parseAgentError>;
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

/** A session; `parentID` makes it a subagent's. */
export type Session = Parsed<typeof parseSession>;
/** Parses a session as the session endpoints and events carry it. */
export const parseSession = parser((session) => {
  const time = object(session.time);
  const { providerID, id: modelID } = object(session.model);
  return {
    id: need(string(session.id)),
    directory: need(string(session.directory)),
    title: string(session.title) ?? "",
    parentID: string(session.parentID),
    updated: number(time.updated) ?? 0,
    archived: number(time.archived),
    /** The last turn's. */
    model: modelName({ providerID, modelID }),
    agent: string(session.agent),
    /** The user message from which on everything is undone. */
    revertedFrom: string(object(session.revert).messageID),
  };
});

/** What a session does. */
export type SessionStatus = Parsed<typeof parseStatus>;
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

/** What `message.updated` carries. */
export type MessageInfo = Parsed<typeof parseMessageInfo>;
/** A prompt, or a message that opencode itself put in the user's place (compaction, shell). */
export type UserMessage = Extract<MessageInfo, { role: "user" }>;
/** One model step: opencode makes a new assistant message for each. */
export type AssistantMessage = Extract<MessageInfo, { role: "assistant" }>;
/** Parses the `info` of a message. */
export const parseMessageInfo = parser((info) => {
  const time = object(info.time);
  const base = {
    id: need(string(info.id)),
    sessionID: need(string(info.sessionID)),
    created: need(number(time.created)),
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
    tokens: countTokens(object(info.tokens)),
    /** The directory in which the step worked. */
    cwd: string(object(info.path).cwd),
  };
});

function modelName(model: JsonObject): string | undefined {
  const provider = string(model.providerID);
  const id = string(model.modelID);
  return provider === undefined || id === undefined ? undefined : `${provider}/${id}`;
}

/** What the model read and wrote in one step, which is about what the context holds after it. */
function countTokens({ input, output, reasoning, cache }: JsonObject): number {
  const { read, write } = object(cache);
  return list([input, output, reasoning, read, write], number).reduce((a, b) => a + b, 0);
}

/** The parts of a message that matter to a reader. */
export type Part = Parsed<typeof parsePart>;
/** What the model writes and thinks. */
export type TextPart = Extract<Part, { type: "text" | "reasoning" }>;
/** A tool call, with what the bridge keeps of its input, output and metadata. */
export type ToolPart = Extract<Part, { type: "tool" }>;
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

/** A message as `GET /session/:id/message` gives it. */
export type Message = Parsed<typeof parseMessage>;
/** Parses one `{info, parts}`. */
export const parseMessage = parser(({ info, parts }) => ({
  info: need(parseMessageInfo(info)),
  parts: list(parts, parsePart),
}));
