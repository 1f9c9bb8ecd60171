import { RecentMap } from "../base/recent_map.ts";
import type { Rendered } from "./draw/rendered.ts";

/** How many are kept; older ones are made again. */
const MAX_UPLOADS = 20;

/** Files that were uploaded and not sent yet: when the send fails, the file is not uploaded again. */
export class UploadedFiles {
  /** By the `uuid` of the slot. */
  readonly #uploads = new RecentMap<string, Rendered>(MAX_UPLOADS);

  /** The message that shows the file of a slot, which `upload` makes unless that was done before. */
  async of(uuid: string, upload: () => Promise<Rendered>): Promise<Rendered> {
    const content = this.#uploads.get(uuid) ?? await upload();
    this.#uploads.set(uuid, content);
    return content;
  }

  /** The slot's message was sent, or refused. */
  forget(uuid: string): void {
    this.#uploads.delete(uuid);
  }
}
