import { feishuId } from "./feishu_id.ts";

/** An uploaded image or file. */
export interface TwinFile {
  readonly key: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mime: string;
}

/** The files that the bot and the users uploaded. */
export class Files {
  readonly #byKey = new Map<string, TwinFile>();

  /** Stores bytes under a new `img_…` or `file_…` key. */
  add(kind: "image" | "file", name: string, bytes: Uint8Array, mime: string): TwinFile {
    const file = { key: feishuId(kind === "image" ? "img_v3_" : "file_v3_"), name, bytes, mime };
    this.#byKey.set(file.key, file);
    return file;
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
