import { join } from "@std/path";
import { safeName } from "../../base/safe_name.ts";
import { Serial } from "../../base/waiting/serial.ts";
import { keepFile, type MessageFiles, noteConversation, readMessageFiles } from "./kept_files.ts";
import { type FileUsers, neededFiles } from "./needed_files.ts";

/** What a {@linkcode FileSpace} needs. */
export interface FileSpaceOptions {
  /** A private directory with a directory for each message that came with files, or asked for one. */
  readonly filesDir: string;
  /** A private directory for long answers that wait for delivery. They count, and are never removed here. */
  readonly answersDir: string;
  /** The most bytes that all of it may take. One conversation may take half of them. */
  readonly maxBytes: number;
  readonly users: FileUsers;
}

/** The room of one file that is being written. */
export interface FileClaim {
  /** The private directory of its message. It exists. */
  readonly directory: string;
  /** Whether room was refused. */
  readonly isRefused: boolean;
  /** Makes room for more bytes; `false` if there is none, because everything there is still needed. */
  grow(bytes: number): Promise<boolean>;
  /** Gives back all room so far, because the file is written again from its beginning. */
  restart(): void;
  /** Ends the claim. @param bytes What the file has; 0 if it was not written. */
  end(bytes: number): void;
}

/** A message that brings or asks for files. */
export interface FileOwner {
  readonly messageId: string;
  /** The key of its conversation. */
  readonly conversation: string;
}

/**
 * The room that files of messages and answers may take. When it is used up, the oldest message whose files
 * nobody needs loses them; what is needed is never removed.
 */
export class FileSpace {
  readonly #options: FileSpaceOptions;
  /** The files of each message by their directory, as far as known. Others only ever remove some. */
  #known: Map<string, MessageFiles> | undefined;
  #answers = 0;
  /** Directory → how many claims are open in it. */
  readonly #open = new Map<string, number>();
  readonly #making = new Serial();

  constructor(options: FileSpaceOptions) {
    this.#options = options;
  }

  /** Opens the directory of a message for one more file. */
  async claim({ messageId, conversation }: FileOwner): Promise<FileClaim> {
    const directory = join(this.#options.filesDir, safeName(messageId));
    await noteConversation(directory, conversation);
    await this.#making.run(async () => this.#known ??= await this.#read());
    this.#open.set(directory, (this.#open.get(directory) ?? 0) + 1);
    let taken = 0;
    let isRefused = false;
    const change = (bytes: number) => {
      const before = this.#known?.get(directory) ?? { bytes: 0, changedAt: Date.now() };
      this.#known?.set(directory, { ...before, conversation, bytes: before.bytes + bytes });
      taken += bytes;
    };
    return {
      directory,
      get isRefused() {
        return isRefused;
      },
      grow: (bytes) =>
        this.#making.run(async () => {
          isRefused = !this.#fits(conversation, bytes) &&
            !await this.#makeRoom(conversation, bytes);
          if (!isRefused) change(bytes);
          return !isRefused;
        }),
      restart: () => change(-taken),
      end: (bytes) => {
        change(bytes - taken);
        this.#open.set(directory, (this.#open.get(directory) ?? 1) - 1);
      },
    };
  }

  /**
   * Writes a text into a private file (0600) of a message. A text is small, so it is written in any case, also
   * if nothing can make room for it.
   */
  async write(owner: FileOwner, name: string, text: string): Promise<string> {
    const claim = await this.claim(owner);
    const { length } = new TextEncoder().encode(text);
    let written = 0;
    try {
      await claim.grow(length);
      const path = await keepFile(join(claim.directory, name), text);
      written = length;
      return path;
    } finally {
      claim.end(written);
    }
  }

  /** Writes what is to be sent into a private file (0600); `undefined` if there is no room. */
  writeAnswer(name: string, content: string | Uint8Array): Promise<string | undefined> {
    return this.#making.run(async () => {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      const { length } = bytes;
      this.#known ??= await this.#read();
      if (!this.#fits(undefined, length) && !await this.#makeRoom(undefined, length)) {
        return undefined;
      }
      this.#answers += length;
      return await keepFile(join(this.#options.answersDir, name), bytes);
    });
  }

  /** How many bytes there are. */
  usedBytes(): Promise<number> {
    return this.#making.run(async () => {
      this.#known = await this.#read();
      return this.#used();
    });
  }

  /** Removes what is too much, as far as nobody needs it: a setting may have changed. */
  trim(): Promise<void> {
    return this.#making.run(async () => {
      this.#known = await this.#read();
      const conversations = [...this.#known.values()].map(({ conversation }) => conversation);
      for (const conversation of new Set([...conversations, undefined])) {
        if (!this.#fits(conversation, 0)) await this.#makeRoom(conversation, 0);
      }
    });
  }

  #used(): number {
    return this.#answers + sum(this.#known?.values());
  }

  /** By how many bytes too much there would be, of all and of a conversation, with some more. */
  #excess(conversation: string | undefined, bytes: number): { all: number; own: number } {
    const { maxBytes } = this.#options;
    const own = sum(
      [...this.#known?.values() ?? []].filter((one) => one.conversation === conversation),
    );
    return {
      all: this.#used() + bytes - maxBytes,
      own: conversation === undefined ? 0 : own + bytes - maxBytes / 2,
    };
  }

  #fits(conversation: string | undefined, bytes: number): boolean {
    const { all, own } = this.#excess(conversation, bytes);
    return all <= 0 && own <= 0;
  }

  /** Removes the oldest of what nobody needs, unless even that would not do; returns whether it fits then. */
  async #makeRoom(conversation: string | undefined, bytes: number): Promise<boolean> {
    const { filesDir, users } = this.#options;
    this.#known = await this.#read();
    let { all, own } = this.#excess(conversation, bytes);
    const needed = await neededFiles(users);
    const busy = new Set([
      ...needed.messageIds.map((id) => join(filesDir, safeName(id))),
      ...[...this.#open].flatMap(([directory, claims]) => claims > 0 ? directory : []),
    ]);
    const unneeded = [...this.#known].filter(([directory, { paths = [] }]) =>
      !busy.has(directory) && !paths.some((path) => needed.paths.has(path))
    ).sort(([, a], [, b]) => a.changedAt - b.changedAt);
    const old = unneeded.filter(([, one]) => {
      const isOwn = one.conversation === conversation;
      if (all <= 0 && !(isOwn && own > 0)) return false;
      all -= one.bytes;
      if (isOwn) own -= one.bytes;
      return true;
    });
    // Nobody's files go for one that cannot be taken all the same.
    if (bytes > 0 && (all > 0 || own > 0)) return false;
    // What cannot be removed still counts.
    for (const [path] of old) await Deno.remove(path, { recursive: true }).catch(() => {});
    this.#known = await this.#read();
    return this.#fits(conversation, bytes);
  }

  /** Reads what is there. What is being written counts as what was claimed for it. */
  async #read(): Promise<Map<string, MessageFiles>> {
    const { filesDir, answersDir } = this.#options;
    const read = await readMessageFiles(filesDir);
    this.#answers = sum((await readMessageFiles(answersDir)).values());
    for (const [directory, claims] of this.#open) {
      const claimed = this.#known?.get(directory);
      if (claims === 0) this.#open.delete(directory);
      else if (claimed !== undefined) read.set(directory, claimed);
    }
    return read;
  }
}

function sum(files: Iterable<MessageFiles> = []): number {
  let bytes = 0;
  for (const one of files) bytes += one.bytes;
  return bytes;
}
