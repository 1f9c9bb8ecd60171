import type { JsonObject } from "../../base/json.ts";

/** One thing that the scripted model does in a step. */
export type ModelAction =
  /** Streams `tokens`, `delayMs` apart. */
  | {
    readonly kind: "text" | "reasoning";
    readonly tokens: readonly string[];
    readonly delayMs: number;
  }
  /** Streams the output of the last tool call in a code block. */
  | { readonly kind: "output" }
  /** Calls a tool, which ends the step. */
  | { readonly kind: "tool"; readonly tool: string; readonly input: JsonObject }
  /** Answers the first `times` attempts at a prompt with an HTTP error, and how many seconds to wait, if given. */
  | {
    readonly kind: "error";
    readonly status: number;
    readonly times: number;
    readonly retryAfterS?: number;
  }
  /** Breaks off the stream in the first `times` attempts at a prompt. */
  | { readonly kind: "cut"; readonly times: number }
  /** Never answers. */
  | { readonly kind: "hang" };

/** How long the model waits between two tokens (ms). */
export interface Pace {
  /** For `[[slow N]]`. */
  readonly slowMs: number;
  /** Between the words of other answers. */
  readonly wordMs: number;
}

/** Writes a text at once. */
export function say(text: string): ModelAction {
  return { kind: "text", tokens: [text], delayMs: 0 };
}

/** Writes a text word by word. */
export function sayWords(text: string, delayMs: number): ModelAction {
  return { kind: "text", tokens: words(text), delayMs };
}

/** A text as tokens of about one word. */
export function words(text: string): string[] {
  return text.match(/\s*\S{1,12}/g) ?? [text];
}

/** Calls a tool. */
export function callTool(tool: string, input: JsonObject): ModelAction {
  return { kind: "tool", tool, input };
}
