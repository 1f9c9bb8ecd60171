import { describe } from "../../base/errors.ts";
import type { SavedFile } from "../../model/message.ts";
import { loadFiles } from "../inbox/load_files.ts";
import { attachmentsOf } from "../inbox/references.ts";
import { fileNames, messageOf } from "../inbox/waiting_files.ts";
import type { Services } from "../services.ts";

/** What {@linkcode fetchFiles} needs. */
export interface FetchOptions
  extends Pick<Services, "settings" | "chat" | "fileSpace" | "languages" | "log" | "signal"> {
  /** The conversation's key. */
  readonly conversation: string;
}

/** How long the files of one message may take, in milliseconds: the conversation waits for them. */
const FETCH_MS = 60_000;

/**
 * Files of a conversation that came from another machine, whose disk is not this one's: what is missing here is
 * loaded from the chat again.
 *
 * @returns The files that are here now, and the names of those that cannot be had.
 */
export async function fetchFiles(
  files: readonly SavedFile[],
  options: FetchOptions,
): Promise<{ readonly files: readonly SavedFile[]; readonly missing: string }> {
  const { filesDir } = options.settings;
  const isHere = await Promise.all(
    files.map(async ({ path }) =>
      path.startsWith(`${filesDir}/`) && await Deno.stat(path).then(() => true, () => false)
    ),
  );
  const away = files.filter((_, i) => !isHere[i]);
  const fetched = new Map<SavedFile, SavedFile>();
  for (const [messageId, wanted] of Map.groupBy(away, messageOf)) {
    const loaded = await load(messageId, options);
    for (const file of wanted) {
      const { path } = loaded.find(({ name }) => name === file.name) ?? {};
      if (path !== undefined) fetched.set(file, { ...file, path });
    }
  }
  const missing = away.filter((file) => !fetched.has(file));
  return {
    files: files.filter((file) => !missing.includes(file)).map((file) => fetched.get(file) ?? file),
    missing: fileNames(missing),
  };
}

/** Loads what came with a message; nothing if the chat does not give it. */
async function load(messageId: string, options: FetchOptions): Promise<readonly SavedFile[]> {
  const { chat, languages, conversation, log, signal } = options;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]);
  try {
    const attachments = attachmentsOf(await chat.readMessage(messageId, limited));
    const wanted = attachments.map((attachment) => ({ messageId, attachment }));
    const texts = languages.textsOf(conversation);
    const owner = { messageId, conversation };
    return (await loadFiles(wanted, owner, { ...options, texts }, limited)).files;
  } catch (error) {
    signal.throwIfAborted();
    log.warn(`cannot load the files of message ${messageId} again: ${describe(error)}`);
    return [];
  }
}
