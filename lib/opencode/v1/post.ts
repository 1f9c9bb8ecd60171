import { delay } from "@std/async";
import { ApiError, isGone } from "../../base/errors.ts";
import type { Posted } from "../../model/ports.ts";
import type { SessionRef } from "../../model/session.ts";
import type { Run, Task, Work } from "../../model/turn.ts";
import { agentTexts } from "../../texts/agent.ts";
import { refused, unanswered } from "../http/request.ts";
import { sessionOf } from "../wire.ts";
import type { OpencodeApi, PromptPart } from "./api.ts";
import { fileParts } from "./attach.ts";

/** A turn that is being posted. */
interface Posting {
  readonly api: OpencodeApi;
  readonly run: Run;
  readonly signal: AbortSignal;
  /** Aborts when the turn is no longer wanted; see `Wire.post`. */
  readonly cancelled: AbortSignal | undefined;
}

/** Milliseconds between two checks whether a message is stored. */
const CHECK_MS = 200;
/** Milliseconds within which opencode stores a prompt with pictures; 100 are usual. */
const STORED_MS = 5_000;

/**
 * Gives a turn to opencode, in one attempt; resolves when it has begun. The same turn posted again is run
 * once. Throws what {@linkcode OpencodeApi} throws.
 */
export async function post(
  api: OpencodeApi,
  run: Run,
  work: Work,
  signal: AbortSignal,
  cancelled?: AbortSignal,
): Promise<Posted> {
  const { text, files = [], task } = work;
  const { userMessageId, partId } = run;
  const posting = { api, run, signal, cancelled };
  if (task?.kind === "compact") return { userMessageId: await postCompaction(posting) };
  const attached = await fileParts(files, (n) => partId.slice(0, -3) + String(n).padStart(3, "0"));
  if (task?.kind === "command") {
    await postCommand(posting, task, attached);
    return { userMessageId };
  }
  const parts: PromptPart[] = [{ id: partId, type: "text", text }, ...attached];
  return { userMessageId, unreadable: await postPrompt(posting, parts) };
}

/** The turn as opencode has stored it; `undefined` when it has not. */
export async function findPosted(
  api: OpencodeApi,
  run: Run,
  { task }: Work,
  signal: AbortSignal,
): Promise<Posted | undefined> {
  const userMessageId = task?.kind === "compact"
    ? await findCompaction(api, run, run.after, signal)
    : (await api.message(sessionOf(run), run.userMessageId, signal))?.info.id;
  return userMessageId === undefined ? undefined : { userMessageId };
}

/**
 * Whether one of opencode's commands may act before its message is stored: its shell lines do, which opencode
 * also takes from what was typed. Meanwhile its session is idle, and nothing else tells of them. They go on
 * when the connection breaks (observed on 1.18.33).
 */
export async function actsUnstored(
  api: OpencodeApi,
  directory: string,
  { name, arguments: typed }: Task & { kind: "command" },
  signal: AbortSignal,
): Promise<boolean> {
  const template = await api.template(directory, name, signal);
  return template === undefined || `${template}\n${typed}`.includes("!`");
}

/** Posts a prompt; resolves with whether pictures had to be left out. */
async function postPrompt(
  { api, run, signal, cancelled }: Posting,
  parts: readonly PromptPart[],
): Promise<boolean> {
  await api.prompt(run, parts, signal, cancelled);
  const readable = parts.filter((part) => part.type === "text" || !part.mime.startsWith("image/"));
  if (readable.length === parts.length) return false;
  // opencode accepts and then forgets a prompt with a picture it cannot decode (observed on 1.18.33).
  for (const end = performance.now() + STORED_MS; performance.now() < end;) {
    if (cancelled?.aborted || await api.message(sessionOf(run), run.userMessageId, signal)) {
      return false;
    }
    await delay(CHECK_MS, { signal });
  }
  const [first, ...rest] = readable;
  if (first?.type !== "text") return false;
  const text = `${first.text}\n\n${agentTexts.pictureUnreadable}`;
  await api.prompt(run, [{ ...first, text }, ...rest], signal, cancelled);
  return true;
}

/**
 * Runs one of opencode's commands. Its answer comes when the turn is over. The turn goes on when the
 * connection breaks, and two posts at once would write its text twice (observed on 1.18.33).
 */
async function postCommand(
  { api, run, signal, cancelled }: Posting,
  { name, arguments: typed }: Task & { kind: "command" },
  attached: readonly PromptPart[],
): Promise<void> {
  const lines = attached.flatMap((part) => part.type === "text" ? [part.text] : []);
  const parts = attached.filter((part) => part.type === "file");
  const command = { command: name, arguments: [typed, ...lines].join("\n"), parts };
  const isStored = async () =>
    await api.message(sessionOf(run), run.userMessageId, signal) !== undefined;
  await begun(() => api.command(run, command, signal, cancelled), isStored, signal);
}

/** Asks for a compaction; resolves with the id of the message that stands for it. */
async function postCompaction({ api, run, signal, cancelled }: Posting): Promise<string> {
  const ref = sessionOf(run);
  let id = await findCompaction(api, run, run.after, signal);
  if (id !== undefined && run.after !== undefined) return id;
  const before = id;
  const model = run.model ?? (await api.session(ref, signal))?.model ??
    await lastModel(api, ref, signal);
  if (model !== undefined) {
    const isStored = async () =>
      (id = await findCompaction(api, run, before ?? run.after, signal)) !== undefined;
    await begun(() => api.summarize(ref, model, signal, cancelled), isStored, signal);
    if (id !== undefined) return id;
  }
  const name = "POST session/:id/summarize";
  throw refused("there is nothing to compact", "nothing-to-compact", name);
}

/** The model of the last turn, which a copy of a session does not have as its own (observed on 1.18.33). */
async function lastModel(
  api: OpencodeApi,
  ref: SessionRef,
  signal: AbortSignal,
): Promise<string | undefined> {
  const messages = await api.messages(ref, { limit: 10 }, signal);
  return messages.findLast(({ info }) => info.model !== undefined)?.info.model;
}

/**
 * The id of the compaction that was asked for, if that is the session's newest prompt. Nothing says for which turn
 * it was, and the clock of a server elsewhere may differ from ours: one that was there before is known by its id.
 */
async function findCompaction(
  api: OpencodeApi,
  run: Run,
  before: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const messages = await api.messages(sessionOf(run), { limit: 10 }, signal);
  const last = messages.findLast(({ info }) => info.role === "user");
  const isCompaction = last?.parts.some((part) => part.type === "compaction" && !part.auto);
  return isCompaction && last?.info.id !== before ? last?.info.id : undefined;
}

/**
 * Waits until a turn has begun whose request is answered only at its end. What opencode does before it
 * stores the message, such as a command's `!` lines, cannot be stopped: a cancelled turn is stopped once
 * it is stored.
 *
 * @throws {NetworkError} If it cannot be seen whether the turn has begun.
 */
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
    const hasEnded = ended.signal.aborted;
    const failure = hasEnded ? await request.then(() => undefined, (error) => error) : undefined;
    // Only a server that has answered can have begun it and failed afterwards.
    if (failure !== undefined && !(failure instanceof ApiError)) throw failure;
    const looked = await isStored().catch((error) => {
      signal.throwIfAborted();
      // What is refused is the look, unless the session is gone.
      throw isGone(error) ? error : unanswered(error, "POST session/:id");
    });
    if (looked) return;
    if (hasEnded) return await request;
  }
}
