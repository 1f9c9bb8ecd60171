import { delay } from "@std/async";
import { NetworkError } from "../../base/errors.ts";
import { type OpencodeApi, type PromptPart, sessionOf, type TurnRef } from "./api.ts";
import { fileParts, type PromptFile } from "./attach.ts";
import { patiently } from "./client.ts";
import { refused } from "./request.ts";

/** What a turn has to do: a prompt, unless `task` says otherwise. */
export interface Work {
  readonly text: string;
  readonly files?: readonly PromptFile[];
  readonly task?: Task;
}

/** One of opencode's own commands, or the request to compact the session's context. */
export type Task =
  | { readonly kind: "command"; readonly name: string; readonly arguments: string }
  | { readonly kind: "compact" };

/** How opencode took it. */
export interface Posted {
  /** The user message that the turn answers: for a compaction, opencode makes it itself. */
  readonly userMessageId: string;
  /** Pictures came along that opencode could not read; they were left out. */
  readonly unreadable?: boolean;
}

/** A turn on its way. */
interface Posting {
  readonly api: OpencodeApi;
  readonly turn: TurnRef;
  readonly signal: AbortSignal;
}

/** Milliseconds between two looks for a message that is about to be stored. */
const LOOK_MS = 200;
/** Milliseconds in which opencode stores a prompt with pictures; it takes a tenth of a second. */
const STORED_MS = 5_000;

/**
 * Gives a turn to opencode, and comes back when it has begun. Doing it again for the same turn runs it
 * once. Throws what {@linkcode OpencodeApi} throws.
 */
export async function post(
  api: OpencodeApi,
  turn: TurnRef,
  { text, files = [], task }: Work,
  signal: AbortSignal,
): Promise<Posted> {
  const { userMessageId, partId } = turn;
  const posting = { api, turn, signal };
  if (task?.kind === "compact") return { userMessageId: await postCompaction(posting) };
  const attached = await fileParts(files, (n) => partId.slice(0, -3) + String(n).padStart(3, "0"));
  if (task?.kind === "command") {
    await postCommand(posting, task, attached);
    return { userMessageId };
  }
  const parts: PromptPart[] = [{ id: partId, type: "text", text }, ...attached];
  return { userMessageId, unreadable: await postPrompt(posting, parts) };
}

/** Resolves with whether pictures had to be left out. */
async function postPrompt(
  { api, turn, signal }: Posting,
  parts: readonly PromptPart[],
): Promise<boolean> {
  await api.prompt(turn, parts, signal);
  const readable = parts.filter((part) => part.type === "text" || !part.mime.startsWith("image/"));
  if (readable.length === parts.length) return false;
  // A picture that opencode cannot decode makes it accept the prompt, and forget it (observed on 1.18.33).
  for (const end = Date.now() + STORED_MS; Date.now() < end;) {
    if (await api.message(sessionOf(turn), turn.userMessageId, signal)) return false;
    await delay(LOOK_MS, { signal });
  }
  const [first, ...rest] = readable;
  if (first?.type !== "text") return false;
  const note = "[The attached picture cannot be decoded; only its path is given.]";
  await api.prompt(turn, [{ ...first, text: `${first.text}\n\n${note}` }, ...rest], signal);
  return true;
}

/**
 * Runs one of opencode's commands. Its answer comes when the turn is over, which goes on without us
 * when the connection breaks; two posts at once would write its text twice (observed on 1.18.33).
 */
async function postCommand(
  { api, turn, signal }: Posting,
  { name, arguments: typed }: Task & { kind: "command" },
  attached: readonly PromptPart[],
): Promise<void> {
  const lines = attached.flatMap((part) => part.type === "text" ? [part.text] : []);
  const parts = attached.filter((part) => part.type === "file");
  const command = { command: name, arguments: [typed, ...lines].join("\n"), parts };
  const isStored = async () =>
    await api.message(sessionOf(turn), turn.userMessageId, signal) !== undefined;
  await patiently(async () => {
    if (await isStored()) return;
    await begun(() => api.command(turn, command, signal), isStored, signal);
  }, { maxAttempts: 4, isRetriable: (error) => error instanceof NetworkError, signal });
}

/** Asks for a compaction; resolves with the message that stands for it. */
async function postCompaction({ api, turn, signal }: Posting): Promise<string> {
  const ref = sessionOf(turn);
  const find = async (since: number): Promise<string | undefined> => {
    const messages = await api.messages(ref, { limit: 10 }, signal);
    return messages.findLast(({ info, parts }) =>
      info.created >= since && parts.some((part) => part.type === "compaction" && !part.auto)
    )?.info.id;
  };
  let id = await find(turn.startedAt);
  if (id !== undefined) return id;
  const model = turn.model ?? (await api.session(ref, signal))?.model;
  if (model !== undefined) {
    const isStored = async () => (id = await find(turn.startedAt)) !== undefined;
    await begun(() => api.summarize(ref, model, signal), isStored, signal);
    // The clocks of a server elsewhere may differ from ours.
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
    await delay(LOOK_MS, { signal: AbortSignal.any([signal, ended.signal]) }).catch(() => {});
    signal.throwIfAborted();
    if (ended.signal.aborted) return await request;
    if (await isStored()) return;
  }
}
