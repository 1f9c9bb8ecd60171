import { retry } from "@std/async";
import { join } from "@std/path";
import { describe, isRetryable } from "../errors.ts";
import type { FeishuApi } from "../feishu/api.ts";
import { type Incoming, isSupported } from "../feishu/inbound.ts";
import type { SavedFile } from "../records.ts";
import type { Parts } from "./parts.ts";

/** What {@linkcode Intake} needs. */
export interface IntakeOptions extends Pick<Parts, "texts" | "log"> {
  /** Loads an attachment of a message into a path; a `RangeError` says that it is too large. */
  readonly download: FeishuApi["download"];
  /** The directory under which attachments are kept. */
  readonly dir: string;
  /** The text of a message that was written before; empty when there is nothing to read. */
  readonly readMessage: (messageId: string, signal: AbortSignal) => Promise<string>;
}

/** What a message brings. */
export interface Intaken {
  /** For the agent; empty when the message has nothing to say to it yet. */
  readonly prompt: string;
  /** For the agent too, with this prompt or the next. */
  readonly files: readonly SavedFile[];
  /** For the person who wrote: what is missing, what was not understood. */
  readonly reply: string;
}

/** Characters of a file's name that are kept. */
const NAME = 80;

/** Reads what messages bring besides their text: attachments, quotes, forwarded messages. */
export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Takes a message in; what cannot be loaded is said in the reply, and does not hold up the rest. */
  async take(incoming: Incoming, signal: AbortSignal): Promise<Intaken> {
    const { texts } = this.#options;
    const { type, text, messageId, parentId } = incoming;
    const forwarded = type === "merge_forward" ? await this.#read(messageId, signal) : "";
    if (!isSupported(type) || (type === "merge_forward" && forwarded === "")) {
      return { prompt: "", files: [], reply: texts.unsupported(type) };
    }
    if (forwarded !== "") return { prompt: forwarded, files: [], reply: "" };
    const { files, problems } = await this.#receive(incoming, signal);
    if (text === "") {
      const got = files.map(({ name }) => name).join(", ");
      if (got !== "") problems.push(texts.gotFiles(got));
      return { prompt: "", files, reply: problems.join("\n") || texts.emptyMessage };
    }
    const quote = parentId === undefined ? "" : await this.#read(parentId, signal);
    const quoted = quote === "" ? "" : `${quote.replaceAll(/^/gm, "> ")}\n\n`;
    return { prompt: quoted + text, files, reply: problems.join("\n") };
  }

  async #read(messageId: string, signal: AbortSignal): Promise<string> {
    const { readMessage, log } = this.#options;
    try {
      return await readMessage(messageId, signal);
    } catch (error) {
      signal.throwIfAborted();
      log.debug(`cannot read message ${messageId}: ${describe(error)}`);
      return "";
    }
  }

  /** Brings the attachments of a message to this machine. */
  async #receive({ messageId, attachments }: Incoming, signal: AbortSignal) {
    const { texts, download, dir } = this.#options;
    const folder = join(dir, safeName(messageId));
    const files: SavedFile[] = [];
    const problems: string[] = [];
    for (const [i, attachment] of attachments.entries()) {
      const name = safeName(attachment.name ?? `${attachment.kind}-${i + 1}`);
      const path = join(folder, name);
      try {
        await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
        const { bytes, mime } = await retry(
          () => download(messageId, attachment, path, signal),
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
