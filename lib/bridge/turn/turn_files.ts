import { basename } from "@std/path";
import { createHash } from "node:crypto";
import { describe } from "../../base/errors.ts";
import { string } from "../../base/json.ts";
import { Serial } from "../../base/waiting/serial.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import type { AgentToolCall, AgentToolResult, ToolImage } from "../../model/agent_tool.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import { runOf, type SentFile, type TurnRecord } from "../../model/turn.ts";
import { agentTexts } from "../../texts/agent.ts";
import { texts as textsIn } from "../../texts/texts.ts";
import type { Committer } from "../effects.ts";
import type { FileRules } from "../files_out/check_file.ts";
import type { WantedFile } from "../files_out/fenced_send.ts";
import { asPicture, pictureType } from "../files_out/picture.ts";
import { readFile } from "../files_out/read_file.ts";
import { sendRows } from "../files_out/send_rows.ts";
import { SEND_IMAGE } from "../files_out/send_tools.ts";
import { whyNotSent } from "../files_out/why_not_sent.ts";
import type { Services } from "../services.ts";

/** What {@linkcode TurnFiles} need. */
export interface TurnFilesOptions
  extends Pick<Services, "chat" | "fileSpace" | "settings" | "texts" | "log" | "signal"> {
  readonly conversation: Committer;
  readonly turn: () => TurnRecord;
  /** Whether how the turn ended is known. */
  readonly isOver: () => boolean;
  /** Changes what the turn has sent so far, without storing it. */
  readonly note: (sent: readonly SentFile[]) => void;
}

/** A file that was read. */
interface Content {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly caption?: string | undefined;
  /** The call that sends it, in its turn; empty if none does. */
  readonly call: string;
}

/** How long the end of a turn waits for its files, in milliseconds. */
const SETTLE_MS = 5_000;
/** How many files one turn may send. */
const MAX_FILES = 20;
/** The most characters of a caption. */
const MAX_CAPTION = 1_000;

/**
 * The files that the agent sends in one turn, and the pictures that its tools return. Each is copied when it is
 * sent, so that what becomes of it later does not matter, and then goes through the ledger. The turn's record
 * knows what was sent: whatever is repeated, a file arrives once.
 */
export class TurnFiles {
  readonly #options: TurnFilesOptions;
  readonly #work = new Serial();

  constructor(options: TurnFilesOptions) {
    this.#options = options;
  }

  /** Answers the agent's call of one of our tools. */
  async answer({ tool, input, callId }: AgentToolCall): Promise<AgentToolResult> {
    const path = string(input.path)?.trim();
    if (!path) return { text: agentTexts.noPath, isError: true };
    const caption = string(input.caption)?.trim().slice(0, MAX_CAPTION);
    const isPicture = tool === SEND_IMAGE;
    const wanted = { path, ...(caption && { caption }) };
    return await this.#work.run(() => this.#send(wanted, isPicture, callId));
  }

  /** Shows the pictures that tools have returned, each once; never rejects. */
  show(images: readonly ToolImage[]): void {
    const { log } = this.#options;
    for (const { key, base64 } of images) {
      this.#work.run(() => this.#showImage(key, base64))
        .catch((error) => log.warn(`cannot show a picture of a tool: ${describe(error)}`));
    }
  }

  /** Resolves when what was to be sent is in the ledger, or after a moment in which it could not be stored. */
  async settled(): Promise<void> {
    await pause(SETTLE_MS, this.#options.signal, this.#work.settled());
  }

  /**
   * Creates the rows of the files that the turn's answer names, to be committed with it, and a line for each that
   * is not sent.
   */
  async rowsOf(files: readonly WantedFile[]): Promise<{ rows: LedgerRow[]; refused: string[] }> {
    const { turn, texts } = this.#options;
    const sent = [...turn().sent ?? []];
    const rows: LedgerRow[] = [];
    const refused: string[] = [];
    for (const { path, caption } of files) {
      const read = await readFile(path, this.#directory(), this.#rules());
      if (typeof read === "string") {
        refused.push(texts.notSent(path, this.#why(read, path, this.#rules(), texts)));
        continue;
      }
      const file: SentFile = { call: "", name: basename(read.path), digest: digestOf(read.bytes) };
      if (isSent(file, sent)) continue;
      if (sent.length >= MAX_FILES) {
        refused.push(texts.notSent(path, texts.tooManyFiles(MAX_FILES)));
        continue;
      }
      const content = { ...file, bytes: read.bytes, caption: caption?.slice(0, MAX_CAPTION) };
      const made = await this.#rows(content, sent.length);
      if (made === undefined) refused.push(texts.notSent(path, texts.noRoomToSend(path)));
      else {
        sent.push(file);
        rows.push(...made);
      }
    }
    return { rows, refused };
  }

  async #send(
    { path, caption }: WantedFile,
    isPicture: boolean,
    call: string,
  ): Promise<AgentToolResult> {
    const { maxPictureBytes } = this.#options.chat;
    const rules = { ...this.#rules(), ...(isPicture && { maxBytes: maxPictureBytes }) };
    const refuse = (text: string) => ({ text: agentTexts.notSent(text), isError: true }) as const;
    const english = textsIn("en");
    const read = await readFile(path, this.#directory(), rules);
    if (isPicture && read === "too large") return refuse(agentTexts.pictureTooLarge(path));
    if (typeof read === "string") return refuse(this.#why(read, path, rules, english));
    const { bytes } = read;
    const type = pictureType(bytes);
    if (isPicture && type === undefined) return refuse(agentTexts.noPicture(path));
    const plainName = basename(read.path);
    const name = isPicture && type !== undefined ? asPicture(plainName, type) : plainName;
    switch (await this.#keep({ call, name, bytes, caption })) {
      case "sent":
        return { text: agentTexts.sent(name, bytes.length) };
      case "before":
        return { text: agentTexts.sentBefore(name) };
      case "too many":
        return refuse(agentTexts.sentTooMany(MAX_FILES));
      case "no room":
        return refuse(this.#why("no room", path, rules, english));
      case "over":
        return refuse(agentTexts.turnEnded);
    }
  }

  async #showImage(call: string, base64: string): Promise<void> {
    const bytes = Uint8Array.fromBase64(base64);
    const type = pictureType(bytes);
    if (type === undefined || bytes.length > this.#options.chat.maxPictureBytes) return;
    await this.#keep({ call, name: `picture.${type}`, bytes }, "");
  }

  /**
   * Puts a file into the ledger, unless that is done.
   *
   * @param known The name by which it is remembered; empty if it has none of its own.
   */
  async #keep(
    content: Content,
    known = content.name,
  ): Promise<"sent" | "before" | "too many" | "no room" | "over"> {
    const { turn, log } = this.#options;
    const { call, name } = content;
    const { sent = [] } = turn();
    const file: SentFile = { call, name: known, digest: digestOf(content.bytes) };
    if (isSent(file, sent)) return "before";
    if (sent.length >= MAX_FILES) return "too many";
    const rows = await this.#rows(content, sent.length);
    if (rows === undefined) return "no room";
    if (!await this.#commit(file, rows)) return "over";
    log.info(`the agent sends ${name} (${content.bytes.length} bytes) in turn ${turn().id}`);
    return "sent";
  }

  /** Stores a sent file with its rows, in one step; `false` if the turn sends no more. */
  async #commit(file: SentFile, rows: readonly LedgerRow[]): Promise<boolean> {
    const { conversation, turn, isOver, note } = this.#options;
    if (isOver() || turn().cancelled) return false;
    const before = turn().sent ?? [];
    note([...before, file]);
    try {
      await conversation.commit({ turns: [turn()], rows });
    } catch (error) {
      note(before);
      throw error;
    }
    return true;
  }

  /** Copies a file, and creates the rows that send the copy; `undefined` if there is no room. */
  async #rows(
    { name, bytes, caption }: Pick<Content, "name" | "bytes" | "caption">,
    n: number,
  ): Promise<LedgerRow[] | undefined> {
    const { turn, chat, fileSpace } = this.#options;
    // The same after a crash, when nothing refers to the first copy.
    const path = await fileSpace.writeAnswer(`sent-${turn().id}-${n}`, bytes);
    return path === undefined ? undefined : sendRows(turn(), n, { path, name, caption }, chat);
  }

  #why(
    refusal: Parameters<typeof whyNotSent>[0],
    typed: string,
    rules: FileRules,
    texts: Services["texts"],
  ): string {
    return whyNotSent(refusal, { typed, directory: this.#directory(), ...rules }, texts);
  }

  #directory(): string {
    return runOf(this.#options.turn())?.directory ?? "";
  }

  #rules(): FileRules {
    const { chat, settings: { stateDir, roots, tempDir } } = this.#options;
    return { stateDir, roots, temporary: tempDir, maxBytes: chat.maxFileBytes };
  }
}

/** Whether a file was sent already: by the same call, or the same content under the same name, or without one. */
function isSent({ call, name, digest }: SentFile, sent: readonly SentFile[]): boolean {
  return sent.some((one) =>
    (call !== "" && one.call === call) ||
    (one.digest === digest && (one.name === name || one.name === "" || name === ""))
  );
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}
