import { delay } from "@std/async";
import { ApiError, NetworkError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import type { Posted } from "../../model/ports.ts";
import type { SessionRef } from "../../model/session.ts";
import type { Run, Task, Work } from "../../model/turn.ts";
import { agentTexts } from "../../texts/agent.ts";
import { isCode } from "../http/answer.ts";
import { refused } from "../http/request.ts";
import { type AgentEntry, sessionOf } from "../wire.ts";
import { attach, type Attached } from "./attach.ts";
import type { SessionApi } from "./session_api.ts";
import { settled } from "./settled.ts";

/** A turn that is being posted. */
interface Posting {
  readonly api: SessionApi;
  readonly run: Run;
  readonly ref: SessionRef;
  readonly signal: AbortSignal;
  /** Aborts when the turn is no longer wanted; see `Wire.post`. */
  readonly cancelled: AbortSignal | undefined;
}

/** Milliseconds between two looks for the prompt of a command. */
const CHECK_MS = 200;
/** Milliseconds within which a command that was run has its prompt, if it has one. */
const COMMAND_MS = 5_000;
/** How many of the newest messages are searched for a command's prompt. */
const PAGE = 20;

/**
 * Gives a turn to opencode, in one attempt; resolves when it is stored. It waits behind whatever the session
 * does. Throws what {@linkcode SessionApi} throws.
 */
export async function post(
  api: SessionApi,
  run: Run,
  work: Work,
  signal: AbortSignal,
  cancelled?: AbortSignal,
): Promise<Posted> {
  const { text, files = [], task } = work;
  const posting = { api, run, ref: sessionOf(run), signal, cancelled };
  try {
    if (task?.kind === "compact") return await postCompaction(posting);
    await beforehand(choose(posting), run);
    const attached = await attach(files);
    if (task?.kind === "command") return await postCommand(posting, task, attached);
    return await postPrompt(posting, text, attached);
  } catch (error) {
    // A directory that does not exist is refused like a session that does not (2.0.26).
    if (!isCode(error, 404) || await api.chosen(posting.ref, signal) === undefined) throw error;
    throw refused(`${run.directory} does not exist for opencode`, "no-directory", "POST prompt");
  }
}

/**
 * Does what comes before a turn is posted: whatever gets no answer then, the turn was not sent. The first one
 * in a directory may have to wait for minutes, until its plugins are loaded (2.0.26 says so every 5 s).
 */
async function beforehand<T>(act: Promise<T>, { directory }: Run): Promise<T> {
  try {
    return await act;
  } catch (cause) {
    if (!(cause instanceof NetworkError)) throw cause;
    const isLoading = cause.cause instanceof ApiError && cause.cause.code === 503;
    const message = isLoading ? `it still loads what ${directory} needs` : cause.message;
    const { method } = cause;
    throw new NetworkError(message, { service: "opencode", method, cause, isUnsent: true });
  }
}

/** The turn as opencode has stored it; `undefined` when it has not. */
export async function findPosted(
  api: SessionApi,
  run: Run,
  { task }: Work,
  signal: AbortSignal,
): Promise<Posted | undefined> {
  const ref = sessionOf(run);
  const all = await prompts(api, ref, signal);
  const found = task?.kind === "command"
    ? newPrompts(all, run)[0]
    : all.find(({ id }) => id === run.userMessageId);
  if (found !== undefined) return { userMessageId: found.id };
  const isStored = task === undefined &&
    await api.message(ref, run.userMessageId, signal) !== undefined;
  return isStored ? { userMessageId: run.userMessageId } : undefined;
}

/** Those that a session has had since a turn began. Times do only where nothing else is known: clocks differ. */
function newPrompts(all: readonly Prompt[], { after, startedAt }: Run): readonly Prompt[] {
  const known = all.findIndex(({ id }) => id === after);
  return after === "" || known >= 0
    ? all.slice(known + 1)
    : all.filter(({ created }) => created >= startedAt);
}

/** Sets the turn's model and agent for the session, which keeps them until others are chosen. */
async function choose({ api, run, ref, signal }: Posting): Promise<void> {
  const session = await api.chosen(ref, signal);
  const { model, effort, agent = session?.agent } = run;
  const isChosen = model === session?.model && effort === session?.effort;
  if (model !== undefined && !isChosen) await api.choose(ref, { model, effort }, signal);
  if (agent === undefined) return;
  // A prompt for one that does not exist would stay in the inbox, and run whenever there is one (observed).
  const read = () => api.agents(run.directory, signal);
  const isKnown = (agents: AgentEntry[]) => agents.some(({ name }) => name === agent);
  if (!isKnown(await settled(read, isKnown, signal))) {
    throw refused(`Agent not found: "${agent}"`, "no-agent", "GET /api/agent");
  }
  if (agent !== session?.agent) await api.choose(ref, { agent }, signal);
}

/** Posts a prompt; opencode stores none of it when it cannot read a file. */
async function postPrompt(
  { api, run, ref, signal, cancelled }: Posting,
  text: string,
  { lines, files }: Attached,
): Promise<Posted> {
  const { userMessageId, steers } = run;
  const body = (more: string[], files: Attached["files"]): JsonObject => ({
    id: userMessageId,
    text: [text, ...lines, ...more].join("\n\n"),
    ...(files.length > 0 && { files }),
    delivery: steers ? "steer" : "queue",
  });
  try {
    await api.prompt(ref, body([], files), signal, cancelled);
    return { userMessageId };
  } catch (error) {
    // A file that is too large is an error of the server, without a word (observed).
    const isUnreadable = files.length > 0 && (isCode(error, 400) || isCode(error, 500));
    if (!isUnreadable) throw error;
    await api.prompt(ref, body([agentTexts.pictureUnreadable], []), signal, cancelled);
    return { userMessageId, unreadable: true };
  }
}

/**
 * Runs one of opencode's commands. opencode makes the id of its prompt and does not say it: it is the prompt
 * that was not there before.
 */
async function postCommand(
  { api, run, ref, signal, cancelled }: Posting,
  { name, arguments: typed }: Task & { kind: "command" },
  { lines, files }: Attached,
): Promise<Posted> {
  const known = await beforehand(prompts(api, ref, signal), run);
  const before = new Set(known.map(({ id }) => id));
  const text = [typed, ...lines].join("\n");
  const body = { name, text, ...(files.length > 0 && { files }), delivery: "queue" };
  await api.command(ref, body, signal, cancelled);
  for (const end = performance.now() + COMMAND_MS;;) {
    const found = (await prompts(api, ref, signal)).find(({ id }) => !before.has(id));
    if (found !== undefined) return { userMessageId: found.id };
    if (performance.now() > end) break;
    await delay(CHECK_MS, { signal });
  }
  const why = `/${name} was run and has asked the agent for nothing`;
  throw refused(why, "no-prompt", "POST session/:id/command");
}

/** Asks for a compaction. opencode takes one of a session without messages, and does nothing. */
async function postCompaction({ api, run, ref, signal, cancelled }: Posting): Promise<Posted> {
  const { userMessageId } = run;
  if ((await api.messages(ref, { limit: 1 }, signal)).length === 0) {
    const name = "POST session/:id/compact";
    throw refused("there is nothing to compact", "nothing-to-compact", name);
  }
  await api.compact(ref, userMessageId, signal, cancelled);
  return { userMessageId };
}

interface Prompt {
  readonly id: string;
  readonly created: number;
}

/** The newest prompts of a session, oldest first, those in its inbox last. */
async function prompts(api: SessionApi, ref: SessionRef, signal: AbortSignal): Promise<Prompt[]> {
  // In this order none is missed that is delivered meanwhile.
  const waiting = await api.inbox(ref, signal);
  const messages = await api.messages(ref, { limit: PAGE }, signal);
  return [
    ...messages.flatMap(({ info }) => info.role === "user" && !info.isByAgent ? [info] : []),
    ...waiting.filter(({ kind }) => kind !== "synthetic"),
  ];
}
