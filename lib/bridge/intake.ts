import { describe } from "../errors.ts";
import { type Incoming, isSupported } from "../feishu/inbound.ts";
import type { Log } from "../log.ts";
import type { SavedFile } from "../records.ts";
import type { Texts } from "../texts.ts";
import type { Attachments } from "./attachments.ts";

/** What {@linkcode Intake} needs. */
export interface IntakeOptions {
  readonly attachments: Pick<Attachments, "receive">;
  /** The text of a message that was written before; empty when there is nothing to read. */
  readonly readMessage: (messageId: string, signal: AbortSignal) => Promise<string>;
  readonly texts: Texts;
  readonly log: Log;
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

/** Reads what messages bring besides their text: attachments, quotes, forwarded messages. */
export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Takes a message in; what cannot be loaded is said in the reply. */
  async take(incoming: Incoming, signal: AbortSignal): Promise<Intaken> {
    const { texts, attachments } = this.#options;
    const { type, text, messageId, parentId } = incoming;
    const nothing = { prompt: "", files: [] };
    if (!isSupported(type)) return { ...nothing, reply: texts.unsupported(type) };
    if (type === "merge_forward") {
      const prompt = await this.#read(messageId, signal);
      return { prompt, files: [], reply: prompt === "" ? texts.unsupported(type) : "" };
    }
    const { files, problems } = await attachments.receive(messageId, incoming.attachments, signal);
    if (text === "") {
      const got = files.map(({ name }) => name).join(", ");
      const asked = got !== ""
        ? [texts.gotFiles(got)]
        : problems.length > 0
        ? []
        : [texts.emptyMessage];
      return { prompt: "", files, reply: [...problems, ...asked].join("\n") };
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
}
