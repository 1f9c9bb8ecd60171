import type { Place } from "./place.ts";

/**
 * Up to when the history of a chat was read. All times are milliseconds since 1970 on the chat platform's
 * clock, because this machine's may be set while nobody looks.
 */
export interface ReadMark extends Pick<Place, "chatId" | "chatType"> {
  /** What was written in the chat and its topics before this time is known. */
  readonly readTo: number;
  /** Topics that were not read that far: topic → up to when it was read. */
  readonly behind?: Readonly<Record<string, number>>;
  /** The topics that the last read found, so that the next one knows which are new. */
  readonly topics?: readonly string[];
}
