import { describe } from "../../base/errors.ts";
import type { LoadedFiles, WantedFile } from "../inbox/load_files.ts";
import type { Services } from "../services.ts";

/** How long it may take to hear what a message refers to, in milliseconds: nobody knows that it is waited for. */
const HEAR_MS = 60_000;

/** What was loaded, and what was heard in it. */
export interface HeardFiles extends LoadedFiles {
  /** What is said in recordings, by their keys. */
  readonly heard: ReadonlyMap<string, string>;
}

/**
 * Hears the recordings among loaded files, if something is set up for that. What cannot be heard in time stays a file.
 * Throws only the signal's reason.
 */
export async function hearRecordings(
  wanted: readonly WantedFile[],
  loaded: LoadedFiles,
  { transcriber, log }: Pick<Services, "transcriber" | "log">,
  signal: AbortSignal,
): Promise<HeardFiles> {
  const heard = new Map<string, string>();
  const names = new Set<string>();
  const limited = AbortSignal.any([signal, AbortSignal.timeout(HEAR_MS)]);
  for (const { messageId, attachment: { kind, key, durationMs = 0 } } of wanted) {
    const name = loaded.names.get(key);
    const file = loaded.files.find((one) => one.name === name);
    if (transcriber === undefined || kind !== "audio" || name === undefined || file === undefined) {
      continue;
    }
    const { maxMs, maxBytes } = transcriber;
    if (durationMs > maxMs || file.bytes > maxBytes) continue;
    try {
      const words = await transcriber.transcribe({ path: file.path, durationMs }, limited);
      if (words === "") continue;
      heard.set(key, words);
      names.add(name);
    } catch (error) {
      signal.throwIfAborted();
      log.warn(`cannot hear a recording of message ${messageId}: ${describe(error)}`);
    }
  }
  return { ...loaded, heard, files: loaded.files.filter(({ name }) => !names.has(name)) };
}
