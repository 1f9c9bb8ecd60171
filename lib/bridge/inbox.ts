import { retry } from "@std/async";
import { join } from "@std/path";
import { describe, isRetryable } from "../base/errors.ts";
import type { FeishuApi } from "../feishu/rest/api.ts";
import { type Incoming, isSupported, readStored } from "../feishu/connection/events.ts";
import type { SavedFile } from "../model/records.ts";
import type { Parts } from "./parts.ts";

/** What {@linkcode takeIn} needs. */
export interface IntakeParts extends Pick<Parts, "outbox" | "texts" | "log" | "bot"> {
  readonly chat: Pick<FeishuApi, "download" | "messages">;
}

/** What a message brings. */
interface Intaken {
  /** For the agent; empty when the message has nothing to say to it yet. */
  readonly prompt: string;
  /** For the agent too, with this prompt or the next. */
  readonly files: readonly SavedFile[];
  /** For the person who wrote: what is missing, what was not understood. */
  readonly reply: string;
}

/** Characters of a file's name that are kept. */
const NAME = 80;

/**
 * Reads what a message brings besides its text: attachments, a quote, forwarded messages. What cannot be
 * loaded is said in the reply, and does not hold up the rest.
 */
export async function takeIn(
  incoming: Incoming,
  parts: IntakeParts,
  signal: AbortSignal,
): Promise<Intaken> {
  const { texts } = parts;
  const { type, text, messageId, parentId } = incoming;
  const forwarded = type === "merge_forward" ? await read(messageId, parts, signal) : "";
  if (forwarded !== "") return { prompt: forwarded, files: [], reply: "" };
  if (!isSupported(type) || type === "merge_forward") {
    return { prompt: "", files: [], reply: texts.unsupported(type) };
  }
  const { files, problems } = await receive(incoming, parts, signal);
  if (text === "") {
    const got = files.map(({ name }) => name).join(", ");
    if (got !== "") problems.push(texts.gotFiles(got));
    return { prompt: "", files, reply: problems.join("\n") || texts.emptyMessage };
  }
  const quote = parentId === undefined ? "" : await read(parentId, parts, signal);
  const quoted = quote === "" ? "" : `${quote.replaceAll(/^/gm, "> ")}\n\n`;
  return { prompt: quoted + text, files, reply: problems.join("\n") };
}

/** The text of a message that was written before; empty when there is nothing to read. */
async function read(
  messageId: string,
  { chat, bot, log }: IntakeParts,
  signal: AbortSignal,
): Promise<string> {
  try {
    return readStored(await chat.messages(messageId, signal), await bot());
  } catch (error) {
    signal.throwIfAborted();
    log.debug(`cannot read message ${messageId}: ${describe(error)}`);
    return "";
  }
}

/** Brings the attachments of a message to this machine. */
async function receive(
  { messageId, attachments }: Incoming,
  { chat, outbox, texts }: IntakeParts,
  signal: AbortSignal,
): Promise<{ files: SavedFile[]; problems: string[] }> {
  const folder = join(outbox, safeName(messageId));
  const files: SavedFile[] = [];
  const problems: string[] = [];
  for (const [i, attachment] of attachments.entries()) {
    const name = safeName(attachment.name ?? `${attachment.kind}-${i + 1}`);
    const path = join(folder, name);
    try {
      await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
      const { bytes, mime } = await retry(
        () => chat.download(messageId, attachment, path, signal),
        { maxAttempts: 4, minTimeout: 500, jitter: 0.3, isRetriable: isRetryable, signal },
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

/** A name that stays in its directory, is not hidden, and can be typed. */
export function safeName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? "";
  const clean = last.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}<>:"|?*`$]/gu, "_")
    .replace(/^[.\s]+/, "").trim();
  const dot = clean.lastIndexOf(".");
  const extension = dot > 0 && clean.length - dot <= 12 ? clean.slice(dot) : "";
  const stem = extension === "" ? clean : clean.slice(0, dot);
  return (stem.slice(0, NAME - extension.length) || "file") + extension;
}
