import { describe } from "../base/errors.ts";
import { replaceFile } from "../base/replace_file.ts";
import { readSnapshot } from "./feishu_twin/snapshot.ts";
import { startTwin, type Twin } from "./feishu_twin/twin.ts";

/** How long after a change the history is written (ms). */
const SAVE_MS = 500;
const OPTIONS = { userName: "You", cardkit: true, extras: true };

/**
 * Starts a twin with some people and chats, or with those of the last demo.
 *
 * @param history The file that {@linkcode keepHistory} wrote, if there is one.
 */
export async function startDemoTwin(history: string | undefined): Promise<Twin> {
  const saved = history === undefined ? "" : await Deno.readTextFile(history).catch(() => "");
  const snapshot = readSnapshot(saved);
  if (snapshot !== undefined) {
    // The same port as before, so that a page that is still open finds the new demo.
    return await startTwin({ ...OPTIONS, snapshot, port: snapshot.port })
      .catch(() => startTwin({ ...OPTIONS, snapshot }));
  }
  const twin = await startTwin(OPTIONS);
  const friend = twin.addUser("Wei");
  twin.addUser("Sam (a stranger)");
  const members = [twin.user.openId, friend.openId];
  twin.addGroup({ name: "Team", members });
  twin.addGroup({ name: "Topics", members, mode: "topic" });
  return twin;
}

/**
 * Writes the twin's chats to a file, soon after each change and when it is disposed of.
 *
 * @param report Called with the reason when the file cannot be written.
 */
export function keepHistory(
  twin: Twin,
  file: string,
  report: (line: string) => void,
): AsyncDisposable {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let written = Promise.resolve();
  const save = () => {
    timer = undefined;
    written = written.then(async () => {
      await replaceFile(file, twin.snapshot());
    }).catch((error) => report(`cannot keep the demo's history: ${describe(error)}`));
    return written;
  };
  const stop = twin.onChange(() => timer ??= setTimeout(save, SAVE_MS));
  return {
    async [Symbol.asyncDispose]() {
      stop();
      clearTimeout(timer);
      await save();
    },
  };
}
