import { retry } from "@std/async";
import { join } from "@std/path";
import { describe, isRetryable } from "../base/errors.ts";
import { safeName } from "../base/safe_name.ts";
import type { IncomingMessage, SavedFile } from "../model/message.ts";
import type { Chat } from "../model/ports.ts";
import { keepFile } from "../store/kept_files.ts";
import { agentTexts } from "../texts/agent.ts";
import type { Services } from "./services.ts";
import type { BridgeSettings } from "./settings.ts";

/** What {@linkcode readMessage} needs. */
export interface InboxOptions extends Pick<Services, "texts" | "log"> {
  readonly settings: Pick<BridgeSettings, "filesDir">;
  readonly chat: Pick<Chat, "download" | "readText" | "isSupported">;
}

/** The content of a message. */
export interface MessageContent {
  /** The prompt for the agent; empty if the message has none yet. */
  readonly prompt: string;
  /** Files for the agent, with this prompt or the next. */
  readonly files: readonly SavedFile[];
  /** A reply to the sender: what failed or was not understood. May be empty. */
  readonly reply: string;
}

/** How long the downloads of one message may take, in milliseconds. */
const DOWNLOADS_MS = 600_000;
/**
 * How many bytes of a prompt, as JSON, go to the agent directly; the rest is in a file. A prompt is stored in
 * one step, for which Deno KV takes 800 KB.
 */
const MAX_PROMPT_BYTES = 256 * 1024;

/**
 * Reads the content of a message: its text, attachments, quote, or forwarded messages. An attachment
 * that cannot be downloaded is reported in the reply; the rest is still used. Of a very long text, the
 * prompt is the beginning, and a file has all of it.
 */
export async function readMessage(
  message: IncomingMessage,
  options: InboxOptions,
  signal: AbortSignal,
): Promise<MessageContent> {
  const content = await readWhole(message, options, signal);
  const { prompt, files, reply } = content;
  const beginning = fittingStart(prompt);
  if (beginning === prompt) return content;
  const bytes = new TextEncoder().encode(prompt).length;
  const name = "message.md";
  const path = join(options.settings.filesDir, safeName(message.messageId), name);
  await keepFile(path, prompt);
  const notice = options.texts.messageTooLong(Math.ceil(bytes / 1024));
  return {
    prompt: `${agentTexts.longMessage(bytes, path)}\n\n${beginning}`,
    files: [...files, { path, name, mime: "text/markdown", bytes }],
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

async function readWhole(
  message: IncomingMessage,
  options: InboxOptions,
  signal: AbortSignal,
): Promise<MessageContent> {
  const { texts, chat } = options;
  const { type, text, messageId, parentId } = message;
  const isForward = type === "merge_forward";
  const forwarded = isForward ? await readText(messageId, options, signal) : "";
  if (forwarded !== "") return { prompt: forwarded, files: [], reply: "" };
  if (isForward || !chat.isSupported(type)) {
    return { prompt: "", files: [], reply: texts.unsupported(type) };
  }
  const { files, problems } = await loadAttachments(message, options, signal);
  if (text === "") {
    const names = files.map(({ name }) => name).join(", ");
    if (names !== "") problems.push(texts.gotFiles(names));
    return { prompt: "", files, reply: problems.join("\n") || texts.emptyMessage };
  }
  const quote = parentId === undefined ? "" : await readText(parentId, options, signal);
  const quoted = quote === "" ? "" : `${quote.replaceAll(/^/gm, "> ")}\n\n`;
  return { prompt: quoted + text, files, reply: problems.join("\n") };
}

/** Reads the text of a quoted or forwarded message; empty if it has none or cannot be read. */
async function readText(
  messageId: string,
  { chat, log }: InboxOptions,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await chat.readText(messageId, signal);
  } catch (error) {
    signal.throwIfAborted();
    log.debug(`cannot read message ${messageId}: ${describe(error)}`);
    return "";
  }
}

/** Downloads the attachments of a message. */
async function loadAttachments(
  { messageId, attachments }: IncomingMessage,
  { chat, settings, texts }: InboxOptions,
  signal: AbortSignal,
): Promise<{ files: SavedFile[]; problems: string[] }> {
  const directory = join(settings.filesDir, safeName(messageId));
  const files: SavedFile[] = [];
  const problems: string[] = [];
  const limited = AbortSignal.any([signal, AbortSignal.timeout(DOWNLOADS_MS)]);
  for (const [i, attachment] of attachments.entries()) {
    const name = safeName(attachment.name ?? `${attachment.kind}-${i + 1}`);
    const path = join(directory, name);
    try {
      await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
      const { bytes, mime } = await retry(
        () => chat.download(messageId, attachment, path, limited),
        { maxAttempts: 4, minTimeout: 500, jitter: 0.3, isRetriable: isRetryable, signal: limited },
      );
      if (bytes === 0) problems.push(texts.fileEmpty(name));
      else files.push({ path, name, mime, bytes });
    } catch (error) {
      signal.throwIfAborted();
      problems.push(
        error instanceof RangeError
          ? texts.fileTooLarge(name, "100 MB")
          : texts.fileFailed(name, describe(error)),
      );
    }
  }
  return { files, problems };
}
