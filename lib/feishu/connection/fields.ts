/** The fields that Feishu's messages have in common. Pure. */
import { type JsonObject, object, parseJson, string } from "../../base/json.ts";

/** The value if it is a string, else an empty string. */
export function stringOrEmpty(value: unknown): string {
  return string(value) ?? "";
}

/** The JSON object in a string; an empty one when there is none. */
export function readJson(content: unknown): JsonObject {
  return object(parseJson(stringOrEmpty(content)));
}

/** The `open_id`: events have it in an object with other ids, the history has it bare. */
export function openId(value: unknown): string {
  return stringOrEmpty(value) || stringOrEmpty(object(value).open_id);
}
