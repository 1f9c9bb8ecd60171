import { array, type JsonObject, object, string } from "../../base/json.ts";

/** The fields of a chat request that the script uses. */
export interface ModelRequest {
  /** The text of the last user message, without the reminders that opencode adds. */
  readonly user: string;
  /** How many images and files the last user message has. */
  readonly attachments: number;
  readonly system: string;
  /** The names of the tools that the model may call. */
  readonly tools: readonly string[];
  /** How many steps of this turn have been answered already. */
  readonly step: number;
  /** The output of the last tool call of this turn. */
  readonly toolOutput: string;
}

/** Reads the body of `POST /v1/chat/completions`. */
export function readModelRequest(body: unknown): ModelRequest {
  const request = object(body);
  const messages = array(request.messages).map(object);
  const texts = messages.map(textOf);
  const last = messages.findLastIndex((message, index) =>
    message.role === "user" && (texts[index] !== "" || attachmentsOf(message) > 0)
  );
  const after = messages.slice(last + 1);
  const tool = after.findLast((message) => message.role === "tool");
  return {
    user: texts[last] ?? "",
    attachments: attachmentsOf(messages[last] ?? {}),
    system: texts.filter((_, index) => messages[index]?.role === "system").join("\n"),
    tools: array(request.tools).map((tool) => string(object(object(tool).function).name) ?? ""),
    step: after.filter((message) => message.role === "assistant").length,
    toolOutput: tool === undefined ? "" : textOf(tool),
  };
}

function textOf(message: JsonObject): string {
  const text = typeof message.content === "string"
    ? message.content
    : array(message.content).map((part) => string(object(part).text) ?? "").join("\n");
  return text.replaceAll(/<system-reminder>[\s\S]*?<\/system-reminder>/g, "").trim();
}

function attachmentsOf(message: JsonObject): number {
  return array(message.content).filter((part) => {
    const { type } = object(part);
    return type === "image_url" || type === "file";
  }).length;
}
