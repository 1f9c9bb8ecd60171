import { delay } from "@std/async";
import { NetworkError } from "../../base/errors.ts";
import type { Posted } from "../../model/ports.ts";
import type { Run, Task, Work } from "../../model/turn.ts";
import { agentTexts } from "../../texts/agent.ts";
import { refused } from "../http/request.ts";
import { withRetries } from "../http/with_retries.ts";
import { sessionOf } from "../wire.ts";
import type { OpencodeApi, PromptPart } from "./api.ts";
import { fileParts } from "./attach.ts";

/** A turn that is being posted. */
interface Posting {
  readonly api: OpencodeApi;
  readonly run: Run;
  readonly signal: AbortSignal;
}

/** Milliseconds between two checks whether a message is stored. */
const CHECK_MS = 200;
/** Milliseconds within which opencode stores a prompt with pictures; 100 are usual. */
const STORED_MS = 5_000;

/**
 * Gives a turn to opencode; resolves when it has begun. The same turn posted again is run once. Throws what
 * {@linkcode OpencodeApi} throws.
 */
export async function post(
  api: OpencodeApi,
  run: Run,
  { text, files = [], task }: Work,
  signal: AbortSignal,
): Promise<Posted> {
  const { userMessageId, partId } = run;
  const posting = { api, run, signal };
  if (task?.kind === "compact") return { userMessageId: await postCompaction(posting) };
  const attached = await fileParts(files, (n) => partId.slice(0, -3) + String(n).padStart(3, "0"));
  if (task?.kind === "command") {
    await postCommand(posting, task, attached);
    return { userMessageId };
  }
  const parts: PromptPart[] = [{ id: partId, type: "text", text }, ...attached];
  return { userMessageId, unreadable: await postPrompt(posting, parts) };
}

/** Posts a prompt; resolves with whether pictures had to be left out. */
async function postPrompt(
  { api, run, signal }: Posting,
  parts: readonly PromptPart[],
): Promise<boolean> {
  await api.prompt(run, parts, signal);
  const readable = parts.filter((part) => part.type === "text" || !part.mime.startsWith("image/"));
  if (readable.length === parts.length) return false;
  // opencode accepts and then forgets a prompt with a picture it cannot decode (observed on 1.18.33).
  for (const end = Date.now() + STORED_MS; Date.now() < end;) {
    if (await api.message(sessionOf(run), run.userMessageId, signal)) return false;
    await delay(CHECK_MS, { signal });
  }
  const [first, ...rest] = readable;
  if (first?.type !== "text") return false;
  const text = `${first.text}\n\n${agentTexts.pictureUnreadable}`;
  await api.prompt(run, [{ ...first, text }, ...rest], signal);
  return true;
}

/**
 * Runs one of opencode's commands. Its answer comes when the turn is over. The turn goes on when the
 * connection breaks, and two posts at once would write its text twice (observed on 1.18.33).
 */
async function postCommand(
  { api, run, signal }: Posting,
  { name, arguments: typed }: Task & { kind: "command" },
  attached: readonly PromptPart[],
): Promise<void> {
  const lines = attached.flatMap((part) => part.type === "text" ? [part.text] : []);
  const parts = attached.filter((part) => part.type === "file");
  const command = { command: name, arguments: [typed, ...lines].join("\n"), parts };
  const isStored = async () =>
    await api.message(sessionOf(run), run.userMessageId, signal) !== undefined;
  await withRetries(async () => {
    if (await isStored()) return;
    await begun(() => api.command(run, command, signal), isStored, signal);
  }, { maxAttempts: 4, isRetriable: (error) => error instanceof NetworkError, signal });
}

/** Asks for a compaction; resolves with the id of the message that stands for it. */
async function postCompaction({ api, run, signal }: Posting): Promise<string> {
  const ref = sessionOf(run);
  const find = async (since: number): Promise<string | undefined> => {
    const messages = await api.messages(ref, { limit: 10 }, signal);
    return messages.findLast(({ info, parts }) =>
      info.created >= since && parts.some((part) => part.type === "compaction" && !part.auto)
    )?.info.id;
  };
  let id = await find(run.startedAt);
  if (id !== undefined) return id;
  const model = run.model ?? (await api.session(ref, signal))?.model;
  if (model !== undefined) {
    const isStored = async () => (id = await find(run.startedAt)) !== undefined;
    await begun(() => api.summarize(ref, model, signal), isStored, signal);
    // The clock of a server elsewhere may differ from ours.
    id ??= await find(0);
  }
  if (id !== undefined) return id;
  const name = "POST session/:id/summarize";
  throw refused("there is nothing to compact", "nothing-to-compact", name);
}

/** Waits until a turn has begun whose request is answered only at its end. */
async function begun(
  start: () => Promise<void>,
  isStored: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  const request = start().finally(() => ended.abort());
  // How it ends later is read from the session, like the end of any turn.
  request.catch(() => {});
  for (;;) {
    await delay(CHECK_MS, { signal: AbortSignal.any([signal, ended.signal]) }).catch(() => {});
    signal.throwIfAborted();
    if (ended.signal.aborted) return await request;
    if (await isStored()) return;
  }
}
