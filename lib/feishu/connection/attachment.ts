import { type JsonObject, number } from "../../base/json.ts";
import type { Attachment } from "../../model/message.ts";
import { stringOrEmpty } from "./fields.ts";

/**
 * The picture or file of a message's content, or of an element of a post; none without a key. Whatever has a
 * `file_key` is a file, even a video with a preview picture.
 */
export function fileOf(content: JsonObject): Attachment[] {
  const file = stringOrEmpty(content.file_key);
  const image = stringOrEmpty(content.image_key);
  const name = stringOrEmpty(content.file_name);
  if (file !== "") return [{ kind: "file", key: file, ...(name && { name }) }];
  return image === "" ? [] : [{ kind: "image", key: image }];
}

/** The recording of a voice message: Opus, with its duration in milliseconds. */
export function recordingOf(content: JsonObject): Attachment[] {
  const key = stringOrEmpty(content.file_key);
  const durationMs = number(content.duration);
  return key === ""
    ? []
    : [{ kind: "audio", key, ...(durationMs !== undefined && { durationMs }) }];
}
