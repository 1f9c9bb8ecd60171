import { join } from "@std/path";
import { ApiError } from "../../base/errors.ts";
import type { View } from "../../model/view.ts";
import { redact } from "../../base/redact.ts";
import type { Message, Session } from "../../opencode/v1/message.ts";
import type { Diff } from "../../opencode/v1/tool.ts";
import type { Answer, Request } from "./table.ts";
import { summaryLine } from "../../base/text.ts";
import { safeName } from "../inbox.ts";
import { keepFile } from "../../store/kept_files.ts";

/** A prompt of a session with all that was done for it. */
interface PastTurn {
  /** The user message's id. */
  readonly id: string;
  /** Empty for a compaction. */
  readonly text: string;
  /** The messages from the prompt on, up to the next. */
  readonly messages: readonly Message[];
}

/** What happened in a session, as far back as it matters. */
interface History {
  readonly session: { readonly id: string; readonly directory: string };
  /** Oldest first. */
  readonly turns: readonly PastTurn[];
  /** How many of them are in force; those behind are undone. */
  readonly inForce: number;
}

/** Messages that are read at first; more when they are all of one turn. */
const READ = 100;
/** Files that are shown. */
const FILES = 15;
/** Characters of changes that are shown in all, and of one file. */
const SHOWN = 6_000;
const SHOWN_OF_FILE = 2_000;
/** Characters of a line that are shown: a phone is narrow. */
const LINE = 160;

/** Takes the last turn back, with what it did to files where opencode can. */
export async function undo(request: Request): Promise<Answer> {
  return await step(request, "undo");
}

/** Takes the last undo back. */
export async function redo(request: Request): Promise<Answer> {
  return await step(request, "redo");
}

async function step(request: Request, kind: "undo" | "redo"): Promise<Answer> {
  const { incoming, host, agent, texts, signal } = request;
  if (host.turns.length > 0) return texts.stopFirst;
  const history = await readHistory(request);
  const { turns = [], inForce = 0 } = history ?? {};
  // The program may have ended in the middle of this very command: then it goes as far as it went.
  const { undo: last } = host.conversation;
  const begun = last?.by === incoming.messageId ? last.to : undefined;
  const end = begun === undefined
    ? inForce + (kind === "undo" ? -1 : 1)
    : begun === null
    ? turns.length
    : turns.findIndex(({ id }) => id === begun);
  const subject = turns[kind === "undo" ? end : end - 1];
  if (history === undefined || subject === undefined) {
    return kind === "undo" ? texts.nothingToUndo : texts.nothingToRedo;
  }
  const to = turns[end]?.id ?? null;
  host.change({ ...host.conversation, undo: { by: incoming.messageId, to } });
  await host.save();
  try {
    if (to === null) await agent.api.unrevert(history.session, signal);
    else await agent.api.revert(history.session, to, signal);
  } catch (error) {
    if (error instanceof ApiError && error.code === 409) return texts.stopFirst;
    throw error;
  }
  const files = await agent.api.diff(history.session, subject.id, signal);
  const what = summaryLine(subject.text) || "/compact";
  const lines = [
    kind === "undo" ? texts.undone(what) : texts.redone(what),
    files.length > 0 && texts.filesBack(files.map(({ file }) => `\`${file}\``).join(", ")),
    files.length === 0 && hasEdits(subject) && texts.filesStay,
    kind === "undo" && texts.howToRedo,
  ];
  return lines.filter((line) => line).join("\n");
}

function hasEdits({ messages }: PastTurn): boolean {
  return messages.some(({ parts }) => parts.some((part) => part.type === "tool" && part.change));
}

/** Shows what the last turn changed, file by file; what does not fit comes as a file. */
export async function diff(request: Request): Promise<Answer> {
  const { host, agent, texts, signal } = request;
  const history = await readHistory(request);
  const turn = history?.turns[history.inForce - 1];
  if (history === undefined || turn === undefined) return texts.nothingYet;
  const { session } = history;
  const prompts = turn.messages.filter(({ info }) => info.role === "user");
  const snapshots = await Promise.all(
    prompts.map(({ info }) => agent.api.diff(session, info.id, signal)),
  );
  const known = snapshots.flat();
  // opencode compares in git directories only; elsewhere its edits have to do.
  const changes = known.length > 0 ? known : await agent.api.edits(session, turn.id, signal);
  if (changes.length === 0) return texts.nothingChanged(summaryLine(turn.text));
  const { panels, whole } = panelsOf(changes, host.conversation.directory);
  const view: View = {
    status: "plain",
    title: texts.changedFiles,
    text: texts.changedBy(summaryLine(turn.text), changes.length),
    panels,
  };
  if (whole) return [view];
  const path = join(request.outbox, safeName(request.incoming.messageId), "changes.diff");
  const text = changes.map(({ patch }) => patch.trimEnd()).join("\n");
  const file = await keepFile(path, `${redact(text)}\n`);
  return [view, { status: "plain", file, isTemporary: true }];
}

function panelsOf(changes: readonly Diff[], directory: string) {
  let room = SHOWN;
  let whole = changes.length <= FILES;
  const panels = changes.slice(0, FILES).map(({ file, patch, additions, deletions }) => {
    const name = file.startsWith(`${directory}/`) ? file.slice(directory.length + 1) : file;
    // The lines before the first place only name the file again.
    const places = redact(patch.slice(Math.max(patch.search(/^@@/m), 0))).trimEnd();
    const lines = places.split("\n").map((line) =>
      line.length > LINE ? `${line.slice(0, LINE - 1).toWellFormed()}…` : line
    );
    whole &&= !lines.some((line) => line.length === LINE);
    let left = Math.min(room, SHOWN_OF_FILE);
    const cut = lines.findIndex((line) => (left -= line.length + 1) < 0);
    const shown = cut === -1 ? lines : lines.slice(0, cut);
    room -= shown.join("\n").length;
    whole &&= cut === -1;
    if (cut !== -1) shown.push(`… +${lines.length - cut}`);
    const title = `\`${name.replaceAll("`", "'")}\` +${additions} −${deletions}`;
    return { title, text: `~~~~diff\n${shown.join("\n").replaceAll("~~~~", "~~~")}\n~~~~` };
  });
  return { panels, whole };
}

/** The conversation's session as opencode knows it, if there is one. */
export async function currentSession(
  { host, agent, signal }: Request,
): Promise<Session | undefined> {
  const { sessionId: id, directory } = host.conversation;
  return id === undefined ? undefined : await agent.api.session({ id, directory }, signal);
}

/** Reads the newest turns of the conversation's session; nothing when it has none. */
async function readHistory(request: Request): Promise<History | undefined> {
  const { host, agent, signal } = request;
  const session = await currentSession(request);
  if (session === undefined) return undefined;
  const ref = { id: session.id, directory: host.conversation.directory };
  let turns: PastTurn[] = [];
  for (let limit = READ, read = limit; turns.length < 2 && read === limit; limit *= 8) {
    const messages = await agent.api.messages(ref, { limit }, signal);
    turns = turnsOf(messages);
    read = messages.length;
  }
  const undone = turns.findIndex(({ messages }) =>
    messages.some(({ info }) => info.id === session.revertedFrom)
  );
  return { session: ref, turns, inForce: undone === -1 ? turns.length : undone };
}

function turnsOf(messages: readonly Message[]): PastTurn[] {
  const turns: (PastTurn & { messages: Message[] })[] = [];
  for (const message of messages) {
    if (isPrompt(message)) {
      turns.push({ id: message.info.id, text: textOf(message), messages: [message] });
    } else turns.at(-1)?.messages.push(message);
  }
  return turns;
}

/** Whether a person wrote the message, and not opencode to go on after a compaction. */
function isPrompt({ info, parts }: Message): boolean {
  if (info.role !== "user") return false;
  return parts.length === 0 ||
    parts.some((part) =>
      part.type === "compaction" ? !part.auto : part.type === "text" && !part.hidden
    );
}

function textOf({ parts }: Message): string {
  const part = parts.find((part) => part.type === "text" && !part.hidden);
  return part?.type === "text" ? part.text : "";
}
