import { retry } from "@std/async";
import { join } from "@std/path";
import { describe, isRetryable } from "../errors.ts";
import type { Downloaded } from "../feishu/http.ts";
import type { Attachment } from "../feishu/content.ts";
import type { SavedFile } from "../records.ts";
import type { Texts } from "../texts.ts";

/** What {@linkcode Attachments} needs. */
export interface AttachmentsOptions {
  /** Loads an attachment of a message into a path; a `RangeError` says that it is too large. */
  readonly download: (
    messageId: string,
    attachment: Attachment,
    path: string,
    signal: AbortSignal,
  ) => Promise<Downloaded>;
  /** The directory under which they are kept. */
  readonly dir: string;
  readonly texts: Texts;
}

/** What became of the attachments of a message. */
export interface Received {
  readonly files: readonly SavedFile[];
  /** For the reader: what could not be taken, and why. */
  readonly problems: readonly string[];
}

/** Characters of a file's name that are kept. */
const NAME = 80;

/** Brings the attachments of messages to this machine. */
export class Attachments {
  readonly #options: AttachmentsOptions;

  constructor(options: AttachmentsOptions) {
    this.#options = options;
  }

  /** Loads a message's attachments; what does not work is said, and does not hold up the rest. */
  async receive(
    messageId: string,
    attachments: readonly Attachment[],
    signal: AbortSignal,
  ): Promise<Received> {
    const files: SavedFile[] = [];
    const problems: string[] = [];
    const { texts } = this.#options;
    for (const [i, attachment] of attachments.entries()) {
      const name = safeName(attachment.name ?? `${attachment.kind}-${i + 1}`);
      try {
        const file = await this.#load(messageId, attachment, name, signal);
        if (file.bytes === 0) problems.push(texts.fileEmpty(name));
        else files.push(file);
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

  async #load(
    messageId: string,
    attachment: Attachment,
    name: string,
    signal: AbortSignal,
  ): Promise<SavedFile> {
    const { download, dir } = this.#options;
    const folder = join(dir, safeName(messageId));
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, name);
    const { bytes, mime } = await retry(
      () => download(messageId, attachment, path, signal),
      { maxAttempts: 4, minTimeout: 500, jitter: 0.3, isRetriable: isRetryable, signal },
    );
    return { path, name, mime, bytes };
  }
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
