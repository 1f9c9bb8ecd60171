import { feishuId } from "./feishu_id.ts";

/** An uploaded image or file. */
export interface TwinFile {
  readonly key: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mime: string;
  /** Whether the bot uploaded it, not a user. */
  readonly byBot?: boolean;
}

/** The files that the bot and the users uploaded. */
export class Files {
  readonly #byKey = new Map<string, TwinFile>();

  /** Stores bytes under a new `img_…` or `file_…` key. */
  add(kind: "image" | "file", file: Omit<TwinFile, "key">): TwinFile {
    const key = feishuId(kind === "image" ? "img_v3_" : "file_v3_");
    const stored = { ...file, key };
    this.#byKey.set(key, stored);
    return stored;
  }

  /** All files, oldest first. */
  all(): TwinFile[] {
    return [...this.#byKey.values()];
  }

  /** Adds a file of an earlier twin. */
  restore(file: TwinFile): void {
    this.#byKey.set(file.key, file);
  }

  /** The file with this key, if there is one. */
  get(key: string): TwinFile | undefined {
    return this.#byKey.get(key);
  }
}
