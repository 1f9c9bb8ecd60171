import { parseJson } from "./json.ts";

/** The JSON in a file; `undefined` if the file cannot be read, or a crash has left only a part of it. */
export async function readJson(path: string): Promise<unknown> {
  return parseJson(await Deno.readTextFile(path).catch(() => ""));
}
