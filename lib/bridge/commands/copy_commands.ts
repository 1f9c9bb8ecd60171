import { summaryLine } from "../../base/text.ts";
import { safeName } from "../../base/safe_name.ts";
import type { Session } from "../../model/session.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { currentSession } from "./current_session.ts";
import { exportMarkdown } from "./export_markdown.ts";
import { shareAsk } from "./share_ask.ts";

const ANYTHING = /^/;
/** The longest title that somebody may give, in characters. */
const MAX_TITLE = 100;

/** Commands that name a session, copy it, or give it to somebody. */
export const copyCommands: Commands = {
  rename: { usage: "/rename <name>", argumentPattern: ANYTHING, isOrdered: true, run: rename },
  fork: { usage: "/fork", isOrdered: true, run: fork },
  export: { usage: "/export", run: exportSession },
  share: { usage: "/share", run: share },
  unshare: { usage: "/unshare", run: unshare },
};

async function rename(request: CommandRequest): Promise<CommandResult> {
  const { argument, agent, texts, signal } = request;
  const session = await currentSession(request);
  if (session === undefined) return { answer: texts.nothingYet };
  const title = summaryLine(argument, MAX_TITLE);
  if (title === "") return { answer: texts.howToRename(summaryLine(session.title)) };
  await agent.rename(session, title, signal);
  return { answer: texts.renamed(title) };
}

/** Goes on in a copy of the session, without what is undone. */
async function fork(request: CommandRequest): Promise<CommandResult> {
  const { agent, conversation, texts, signal } = request;
  if (conversation.turns.length > 0) return { answer: texts.stopFirst };
  const session = await currentSession(request);
  const history = session && await agent.history(session, signal);
  if (session === undefined || !history?.inForce) return { answer: texts.nothingYet };
  if (await agent.isBusy(session, signal)) return { answer: texts.stopFirst };
  const copy = await agent.fork(session, history.turns[history.inForce]?.id, signal);
  return {
    answer: texts.forked(summaryLine(copy.title || session.title), session.id),
    update: (record) => ({ ...record, sessionId: copy.id }),
  };
}

/** Sends the session as a file. */
async function exportSession(request: CommandRequest): Promise<CommandResult> {
  const { agent, chat, conversation, fileSpace, message, texts, signal } = request;
  const session = await currentSession(request);
  const turns = session && await agent.exportTurns(session, signal);
  if (session === undefined || !turns?.length) return { answer: texts.nothingYet };
  const markdown = exportMarkdown(session, turns, texts);
  const name = safeName(`${summaryLine(session.title) || session.id}.md`);
  if (new TextEncoder().encode(markdown).length > chat.maxFileBytes) {
    const limit = `${Math.floor(chat.maxFileBytes / 1024 ** 2)} MB`;
    return { answer: texts.fileTooLarge(name, limit) };
  }
  const owner = { messageId: message.messageId, conversation: conversation.record.key };
  const file = await fileSpace.write(owner, name, markdown);
  return { answer: [{ status: "plain", file, isTemporary: true }] };
}

async function share(request: CommandRequest): Promise<CommandResult> {
  const { agent, texts, signal } = request;
  const session = await sharable(request);
  if (typeof session === "string") return { answer: session };
  if (session.sharedAt !== undefined) return { answer: texts.isShared(session.sharedAt) };
  const history = await agent.history(session, signal);
  if (!history?.turns.length) return { answer: texts.nothingYet };
  return { ask: shareAsk(session, request) };
}

async function unshare(request: CommandRequest): Promise<CommandResult> {
  const { agent, texts, signal } = request;
  const session = await sharable(request);
  if (typeof session === "string") return { answer: session };
  if (session.sharedAt === undefined) return { answer: texts.isNotShared };
  await agent.unshare(session, signal);
  return { answer: texts.unshared };
}

/** The session, or why it cannot be published. */
async function sharable(request: CommandRequest): Promise<Session | string> {
  const { agent, texts, signal } = request;
  if (!await agent.canShare(signal)) return texts.cannotShare;
  return await currentSession(request) ?? texts.nothingYet;
}
