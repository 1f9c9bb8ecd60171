/**
 * Parsers of opencode 1.x's messages. They ignore fields they do not know, fill in what does no harm when it
 * is missing, and return `undefined` when something needed is missing. Names and meanings as observed on
 * opencode 1.18.33.
 */
import { defined, type JsonObject, list, need, number, object } from "../../base/json.ts";
import { parser, string } from "../../base/json.ts";
import { countTokens, providerMessage } from "../model_words.ts";
import type { Message, MessageInfo, Part, SessionError } from "../transcript/message.ts";
import { parseFileChange, toolFields } from "./tool.ts";

/** Parses `{info, parts}`, as `GET /session/:id/message` lists it. */
export const parseMessage = parser(({ info, parts }): Message => ({
  info: need(parseMessageInfo(info)),
  parts: list(parts, parsePart),
}));

/** Parses the `info` of a message. */
export const parseMessageInfo = parser((info): MessageInfo | undefined => {
  const time = object(info.time);
  const base = {
    id: need(string(info.id)),
    sessionId: need(string(info.sessionID)),
    created: need(number(time.created)),
  };
  if (info.role === "user") {
    return defined({
      ...base,
      role: info.role,
      model: modelName(object(info.model)),
      changes: list(object(info.summary).diffs, parseFileChange),
    });
  }
  if (info.role !== "assistant") return undefined;
  return defined({
    ...base,
    role: info.role,
    promptId: need(string(info.parentID)),
    isByTime: true as const,
    completed: number(time.completed),
    finish: string(info.finish),
    error: parseError(info.error),
    isSummary: info.summary === true,
    model: modelName(info),
    cost: number(info.cost) ?? 0,
    tokens: countTokens(object(info.tokens)),
    directory: string(object(info.path).cwd),
  });
});

/** The `provider/model` of an object with both ids. */
export function modelName({ providerID, modelID }: JsonObject): string | undefined {
  const provider = string(providerID);
  const model = string(modelID);
  return provider === undefined || model === undefined ? undefined : `${provider}/${model}`;
}

/** Parses a part; `undefined` also for the kinds that a reader does not need. */
export const parsePart = parser((part): Part | undefined => {
  const { type } = part;
  const ids = {
    id: need(string(part.id)),
    sessionId: need(string(part.sessionID)),
    messageId: need(string(part.messageID)),
  };
  switch (type) {
    case "text":
    case "reasoning":
      return {
        ...ids,
        type,
        text: need(string(part.text)),
        hidden: part.synthetic === true || part.ignored === true,
        ended: number(object(part.time).end) !== undefined,
      };
    case "tool":
      return { ...ids, ...toolFields(part) };
    case "step-start":
      return { ...ids, type: "attempt_begin" };
    case "step-finish":
      return { ...ids, type: "attempt_end" };
    case "compaction":
      return { ...ids, type, auto: part.auto === true };
    default:
      return undefined;
  }
});

/** Parses `{name, data: {message, …}}`. */
export const parseError = parser((error): SessionError => {
  const name = need(string(error.name));
  const data = object(error.data);
  return defined({
    name,
    message: plainMessage(string(data.message) ?? name),
    statusCode: number(data.statusCode),
    isAbort: name === "MessageAbortedError" ? true : undefined,
  });
});

/** The message in an error text: errors inside a model's stream come as the provider's JSON (observed). */
export function plainMessage(text: string): string {
  return providerMessage(text) ?? text;
}
