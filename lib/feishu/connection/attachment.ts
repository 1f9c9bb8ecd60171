import type { JsonObject } from "../../base/json.ts";
import type { Attachment } from "../../model/message.ts";
import { stringOrEmpty } from "./fields.ts";

/**
 * The picture or file of a message's content, or of an element of a post. What has a `file_key` is a file,
 * whatever it is called, also a video with a picture to show; none without a key.
 */
export function fileOf(content: JsonObject): Attachment[] {
  const file = stringOrEmpty(content.file_key);
  const image = stringOrEmpty(content.image_key);
  const name = stringOrEmpty(content.file_name);
  if (file !== "") return [{ kind: "file", key: file, ...(name && { name }) }];
  return image === "" ? [] : [{ kind: "image", key: image }];
}
