import { join } from "@std/path";
import { number, object, string } from "../../base/json.ts";
import { readJson } from "../../base/read_json.ts";
import { replaceFile } from "../../base/replace_file.ts";
import { newestRelease } from "./release.ts";

/** How long an answer counts, in milliseconds. */
const DAY_MS = 24 * 3_600_000;

/**
 * The newest version at an address, asked for once a day.
 *
 * @param stateDir Where it is remembered, if it exists.
 * @throws {UsageError} When it cannot be read.
 */
export async function knownNewest(
  url: string,
  stateDir: string,
  signal?: AbortSignal,
): Promise<string> {
  const file = join(stateDir, "newest.json");
  const known = object(await readJson(file));
  const age = Date.now() - (number(known.at) ?? 0);
  const version = string(known.version);
  // A clock that was set back makes no answer young for ever.
  if (version !== undefined && known.url === url && age >= 0 && age < DAY_MS) return version;
  const { version: newest } = await newestRelease(url, signal);
  await replaceFile(file, JSON.stringify({ url, version: newest, at: Date.now() })).catch(() => {});
  return newest;
}
