import { summaryLine } from "../../base/text.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import type { Session } from "../../model/session.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { currentSession } from "./current_session.ts";
import { fromList } from "./from_list.ts";
import { picker } from "./picker.ts";

/** Commands about the agent's sessions. */
export const sessionCommands: Commands = {
  new: { usage: "/new", isOrdered: true, run: begin },
  sessions: { usage: "/sessions", run: list },
  resume: { usage: "/resume <n>", argumentPattern: /^[!-~]*$/, isOrdered: true, run: resume },
  compact: { usage: "/compact", isOrdered: true, run: compact },
};

/** How many sessions are listed. */
const MAX_LISTED = 20;

/** How long `/new` waits until its line is drawn, in milliseconds. */
const LINE_MS = 1_500;

async function begin(request: CommandRequest): Promise<CommandResult> {
  const { conversation, texts } = request;
  await drawLine(request);
  return {
    answer: texts.newSession(conversation.record.directory),
    update: ({ sessionId: _, ...record }) => record,
    ...(conversation.turns.length > 0 && { cancel: "running" }),
  };
}

/** Draws a line above what belongs to the new session. */
async function drawLine({ chat, conversation, message, texts, signal }: CommandRequest) {
  const { chatId, chatType, threadId } = conversation.record;
  if (chatType !== "p2p" || threadId !== undefined) return;
  // The same line if the command runs again after a crash.
  const uuid = `line.${message.messageId}`.slice(0, 50);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(LINE_MS)]);
  const drawn = chat.offers.divide(chatId, texts.newSessionLine, uuid, limited);
  await pause(LINE_MS, signal, drawn.then(() => {}));
}

/** Lists the directory's sessions, newest first, with the numbers that `/resume` takes. */
async function list(request: CommandRequest): Promise<CommandResult> {
  const { agent, conversation, texts, signal } = request;
  const { directory, sessionId } = conversation.record;
  const found = (await agent.sessions(directory, signal)).slice(0, MAX_LISTED);
  if (found.length === 0) return { answer: texts.noSessions(directory) };
  const options = found.map(({ id: value, title, updated }) => ({
    value,
    label: texts.sessionLine(summaryLine(title), Date.now() - updated, value === sessionId),
  }));
  const lines = options.map(({ label }, i) => `${i + 1}. ${label}`);
  const others = options.filter(({ value }) => value !== sessionId);
  return {
    answer: [{
      status: "plain",
      text: [...lines, "", texts.howToResume].join("\n"),
      pickers: picker(request, "resume", texts.pick, others),
    }],
    // A number typed later means the session listed here.
    update: (record) => ({ ...record, listed: found.map(({ id }) => id) }),
  };
}

/** Switches to another session of the directory, by its number in the list or a prefix of its id. */
async function resume(request: CommandRequest): Promise<CommandResult> {
  const { argument, agent, conversation, texts, signal } = request;
  if (argument === "") return await list(request);
  const { directory, listed } = conversation.record;
  const known = await agent.sessions(directory, signal);
  const session = choose(argument, known, listed);
  if (session === undefined) return { answer: texts.noSuchSession(argument) };
  const isOther = session.id !== conversation.record.sessionId;
  const isShared = await conversation.isShared(session.id);
  const resumed = texts.resumed(summaryLine(session.title));
  return {
    answer: isShared ? `${resumed}\n${texts.resumedShared}` : resumed,
    update: (record) => ({ ...record, sessionId: session.id }),
    ...(isOther && conversation.turns.length > 0 && { cancel: "running" }),
  };
}

function choose(
  typed: string,
  known: readonly Session[],
  listed: readonly string[] = known.map(({ id }) => id),
): Session | undefined {
  const wanted = fromList(typed, listed);
  const found = wanted === undefined ? [] : known.filter(({ id }) => id.startsWith(wanted));
  return found.length === 1 ? found[0] : undefined;
}

async function compact(request: CommandRequest): Promise<CommandResult> {
  const { agent, texts, signal } = request;
  const session = await currentSession(request);
  const history = session && await agent.history(session, signal);
  if (!history?.inForce) return { answer: texts.nothingYet };
  return { enqueue: { text: request.message.text, task: { kind: "compact" } } };
}
