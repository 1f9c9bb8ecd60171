import type { SavedFile } from "../../model/message.ts";
import { agentTexts } from "../../texts/agent.ts";
import type { Services } from "../services.ts";
import { type ContextOptions, textFile } from "./context.ts";

/** A prompt, its files, and what its sender is told. */
interface LimitedContent {
  readonly prompt: string;
  readonly files: readonly SavedFile[];
  readonly reply: string;
}

/**
 * How many bytes of a prompt, as JSON, go to the agent directly; the rest is in a file. A prompt is stored in
 * one step, for which Deno KV takes 800 KB.
 */
const MAX_PROMPT_BYTES = 256 * 1024;

/** Puts a prompt that is too long for one step of the store into a file. */
export async function limitPrompt<T extends LimitedContent>(
  content: T,
  options: Pick<ContextOptions, "names" | "owner" | "fileSpace"> & Pick<Services, "texts">,
): Promise<T> {
  const { prompt, files, reply } = content;
  const beginning = fittingStart(prompt);
  if (beginning === prompt) return content;
  const bytes = new TextEncoder().encode(prompt).length;
  const file = await textFile("message.md", prompt, options);
  const notice = options.texts.messageTooLong(Math.ceil(bytes / 1024));
  return {
    ...content,
    prompt: `${agentTexts.longMessage(bytes, file.path)}\n\n${beginning}`,
    files: [...files, file],
    reply: reply === "" ? notice : `${reply}\n${notice}`,
  };
}

/** The beginning of a text that fits into a prompt, or all of it. */
function fittingStart(text: string): string {
  const size = (part: string) => new TextEncoder().encode(JSON.stringify(part)).length;
  if (text.length * 6 <= MAX_PROMPT_BYTES || size(text) <= MAX_PROMPT_BYTES) return text;
  let end = Math.min(text.length, MAX_PROMPT_BYTES);
  while (size(text.slice(0, end)) > MAX_PROMPT_BYTES) end = Math.floor(end * 0.8);
  return text.slice(0, end).toWellFormed();
}
