/**
 * Parsers of opencode 2's messages. They ignore fields they do not know. Names as in 2.0.21; behaviour as
 * observed on its pre-release of July 2026.
 */
import { defined, type JsonObject, list, need, number, object } from "../../base/json.ts";
import { array, parser, string } from "../../base/json.ts";
import type { ModelRetry } from "../../model/reading.ts";
import { countTokens } from "../model_words.ts";
import type { AssistantMessage, Message, Part } from "../transcript/message.ts";
import { compactionMessages, parseCompaction } from "./compaction.ts";
import { parseError } from "./error.ts";
import { modelName } from "./model_use.ts";
import { isDeclined, parseCall, toolPart } from "./tool.ts";

/**
 * Who stopped a step: a person who rejected what it asked for, or one who aborted it. opencode reports both
 * like its own end.
 */
export type Stop = "rejection" | "abort";

/** What the messages of a session do not say themselves. */
export interface MessagePlace {
  readonly sessionId: string;
  readonly directory: string;
  /** The prompt before the first message, if it is known. */
  readonly promptId?: string | undefined;
  /** Who stopped a step, if it is known. */
  readonly stopOf?: (messageId: string) => Stop | undefined;
}

/**
 * Parses messages, oldest first. A step does not say which prompt it answers: it is the last one before it.
 * What opencode put in goes on with the turn before, unless the session had come to rest (2.0 marks that).
 * What a person's command put in is left out.
 */
export function parseMessages(items: readonly unknown[], place: MessagePlace): Message[] {
  let promptId = place.promptId ?? "";
  let isAtRest = false;
  return items.flatMap((json): Message[] => {
    const item = object(json);
    switch (item.type) {
      case "user":
      case "synthetic": {
        const prompt = parsePrompt(item, place, isAtRest);
        promptId = prompt?.info.id ?? promptId;
        isAtRest &&= prompt === undefined;
        return prompt ? [prompt] : [];
      }
      case "idle":
        isAtRest = true;
        return [];
      case "assistant":
        return list([item], (one) => parseAssistant(one, { ...place, promptId }));
      case "compaction":
        return list([item], parseCompaction).flatMap((one) =>
          compactionMessages(one, place, promptId)
        );
      default:
        return [];
    }
  });
}

function parsePrompt(
  item: JsonObject,
  { sessionId }: MessagePlace,
  isAtRest: boolean,
): Message | undefined {
  return parser((prompt): Message => {
    const isByAgent = prompt.type === "synthetic";
    return promptMessage({
      sessionId,
      id: need(string(prompt.id)),
      created: need(number(object(prompt.time).created)),
      text: string(prompt.text) ?? "",
      isByAgent,
      isContinuation: isByAgent && !isAtRest,
    });
  })(item);
}

/** A prompt of a person, or what opencode itself has put in. */
export function promptMessage(
  { id, sessionId, created, text, isByAgent, isContinuation }: {
    readonly id: string;
    readonly sessionId: string;
    readonly created: number;
    readonly text: string;
    readonly isByAgent: boolean;
    /** Whether it goes on with the turn before. */
    readonly isContinuation: boolean;
  },
): Message {
  const part = { id: `${id}/text`, sessionId, messageId: id, type: "text", text } as const;
  const info = { role: "user", id, sessionId, created, changes: [] } as const;
  return {
    info: isByAgent ? { ...info, isByAgent } : info,
    parts: [{ ...part, hidden: isContinuation, ended: true }],
  };
}

function parseAssistant(
  json: unknown,
  place: MessagePlace & { promptId: string },
): Message | undefined {
  return parser((item): Message => {
    const time = object(item.time);
    const calls = list(item.content, parseCall);
    const step = stepInfo({
      ...place,
      id: need(string(item.id)),
      created: need(number(time.created)),
      model: modelName(object(item.model)),
    });
    const end = { ...item, completed: number(time.completed) };
    const retry = parseRetry(item.retry);
    const isRejected = calls.some(({ error }) => isDeclined(object(error).message));
    const info = closedStep(
      step,
      end,
      place.stopOf?.(step.id) ?? (isRejected ? "rejection" : undefined),
    );
    const waiting = info.completed === undefined && retry ? { ...info, retry } : info;
    return { info: waiting, parts: parseContent(item.content, info) };
  })(json);
}

/** Parses what a step waits for, of its message or of an event. opencode counts the first attempt too. */
export const parseRetry = parser((retry): ModelRetry => ({
  attempt: Math.max((number(retry.attempt) ?? 2) - 1, 1),
  message: need(parseError(retry.error)).message,
  next: need(number(retry.at)),
}));

/** A step that has begun. */
export function stepInfo(
  { id, sessionId, directory, promptId, created, model }: {
    readonly id: string;
    readonly sessionId: string;
    readonly directory: string | undefined;
    readonly promptId: string;
    readonly created: number;
    readonly model: string | undefined;
  },
): AssistantMessage {
  return defined({
    role: "assistant",
    id,
    sessionId,
    created,
    promptId,
    isSummary: false,
    model,
    cost: 0,
    tokens: 0,
    directory,
  });
}

/**
 * A step with what its end says. It has died with its server, and stays open, when it was completed without a
 * finish and without an error, which is how the next prompt closes it; or when it was stopped and nobody is
 * known to have done that (both observed).
 */
export function closedStep(
  step: AssistantMessage,
  { finish, error, cost, tokens, completed }: JsonObject,
  stop: Stop | undefined,
): AssistantMessage {
  const failure = parseError(error);
  const isStopped = failure?.isAbort === true;
  const reason = isStopped && stop !== "abort" ? undefined : failure;
  // That of a failed step is always `error`.
  const how = failure === undefined ? string(finish) : undefined;
  const end = isStopped && stop === "rejection" ? "tool-calls" : how;
  const isEnded = end !== undefined || reason !== undefined;
  return defined({
    ...step,
    completed: isEnded ? number(completed) : undefined,
    finish: end,
    error: reason,
    cost: number(cost) ?? step.cost,
    tokens: countTokens(object(tokens)) || step.tokens,
  });
}

/** The id of a text or reasoning in its message: they are counted from 0, each kind for itself. */
export function textId(messageId: string, type: "text" | "reasoning", ordinal: number): string {
  return `${messageId}/${type}:${ordinal}`;
}

/** The id of a call in its message. */
export function callPartId(messageId: string, callId: string): string {
  return `${messageId}/call:${callId}`;
}

function parseContent(content: unknown, info: AssistantMessage): Part[] {
  const { id: messageId, sessionId } = info;
  const isOver = info.completed !== undefined;
  const counts = { text: 0, reasoning: 0 };
  return array(content).flatMap((json): Part[] => {
    const entry = object(json);
    const { type } = entry;
    if (type === "tool") {
      return list([entry], parseCall).map((call) =>
        toolPart({ id: callPartId(messageId, call.callId), sessionId, messageId }, call)
      );
    }
    if (type !== "text" && type !== "reasoning") return [];
    const text = string(entry.text) ?? "";
    const id = textId(messageId, type, counts[type]++);
    // While it streams it is stored empty, and for ever when it died.
    return [{ id, sessionId, messageId, type, text, hidden: false, ended: isOver || text !== "" }];
  });
}
