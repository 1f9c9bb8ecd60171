import { feishuId } from "./feishu_id.ts";

/** An uploaded image or file. */
export interface TwinFile {
  readonly key: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mime: string;
}

/** Everything that was uploaded, by the bot or by a user. */
export class Files {
  readonly #byKey = new Map<string, TwinFile>();

  /** Keeps bytes under a new `img_…` or `file_…` key. */
  add(kind: "image" | "file", name: string, bytes: Uint8Array, mime: string): TwinFile {
    const file = { key: feishuId(kind === "image" ? "img_v3_" : "file_v3_"), name, bytes, mime };
    this.#byKey.set(file.key, file);
    return file;
  }

  /** Everything. */
  all(): TwinFile[] {
    return [...this.#byKey.values()];
  }

  /** Takes over a file of an earlier twin. */
  restore(file: TwinFile): void {
    this.#byKey.set(file.key, file);
  }

  /** What was uploaded under this key. */
  get(key: string): TwinFile | undefined {
    return this.#byKey.get(key);
  }
}
