import { join } from "@std/path";
import { newId } from "../base/ids.ts";
import { replaceFile } from "../base/replace_file.ts";

/** What identifies a state directory, also to other machines. Call it only while the directory is locked. */
export async function homeId(stateDir: string): Promise<string> {
  const path = join(stateDir, "machine-id");
  const known = (await Deno.readTextFile(path).catch(() => "")).trim();
  if (known !== "") return known;
  const id = newId();
  await replaceFile(path, id);
  return id;
}
