import { deadline } from "@std/async";
import { budgetLine } from "../budget/amounts.ts";
import { findFile, resolveDirectory } from "./paths.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import type { ConversationRecord } from "../../model/conversation.ts";
import { currentSession } from "./current_session.ts";
import { isUndelivered } from "../../model/ledger.ts";
import { moveTo } from "../places/move_to.ts";
import { picker } from "./picker.ts";
import { scheduleStatus } from "./schedule_list.ts";

const ANYTHING = /^/;
/** How long the agent may take to say the model of a session, in milliseconds. */
const MODEL_MS = 1_000;

/** Commands about the conversation's directory and state. */
export const conversationCommands: Commands = {
  cwd: {
    usage: "/cwd <path>",
    argumentPattern: ANYTHING,
    isOrdered: true,
    hasPicker: true,
    current: ({ conversation }) => conversation.record.directory,
    run: changeDirectory,
  },
  get: { usage: "/get <path>", argumentPattern: ANYTHING, run: sendFile },
  cancel: {
    usage: "/cancel",
    aliases: ["stop"],
    argumentPattern: /^(all)?$/i,
    isNeverLate: true,
    run: cancel,
  },
  status: { usage: "/status", aliases: ["why"], isNeverLate: true, run: status },
};

async function changeDirectory(request: CommandRequest): Promise<CommandResult> {
  const { argument, conversation, settings, texts } = request;
  const { directory: current } = conversation.record;
  if (argument === "") {
    const known = (await knownDirectories(request)).map((path) => ({ label: path, value: path }));
    const pickers = picker(request, "cwd", texts.pick, known);
    return { answer: [{ status: "plain", text: texts.cwdIs(current), pickers }] };
  }
  const found = await resolveDirectory(argument, current, settings);
  if (found === "missing") return { answer: texts.cwdMissing(argument) };
  if (found === "private") return { answer: texts.stateIsPrivate };
  if (found === "outside") return { answer: texts.cwdOutside(settings.roots.join(", ")) };
  const { directory, isBroad } = found;
  const [running, ...queued] = conversation.turns;
  const stays = running?.directory !== undefined && running.directory !== directory;
  const lines = [
    texts.cwdChanged(directory),
    stays && texts.cwdTurnStays(running.directory),
    queued.length > 0 && texts.cwdQueueMoves(queued.length),
    isBroad && `\n${texts.cwdBroad(directory)}`,
  ];
  return {
    answer: lines.filter((line) => line).join("\n"),
    update: moveTo(directory),
  };
}

/** The directories that were used here, then those of other chats, as far as one may go there. */
async function knownDirectories(
  { conversation: { record, all }, settings }: CommandRequest,
): Promise<readonly string[]> {
  const others = (await all()).filter(({ key }) => key !== record.key);
  const paths = [
    ...used(record),
    ...others.map(({ directory }) => directory),
    ...others.flatMap(used),
    settings.cwd,
  ];
  const allowed = await Promise.all(
    [...new Set(paths)].filter((path) => path !== record.directory).map(async (path) => {
      const found = await resolveDirectory(path, path, settings);
      return typeof found === "object" && found.directory === path ? [path] : [];
    }),
  );
  return allowed.flat();
}

function used({ recent }: Pick<ConversationRecord, "recent">): readonly string[] {
  return recent?.directories ?? [];
}

async function sendFile(
  { argument, conversation, chat, settings, texts }: CommandRequest,
): Promise<CommandResult> {
  const { directory } = conversation.record;
  const { stateDir, roots } = settings;
  const options = { maxBytes: chat.maxFileBytes, stateDir, roots, texts };
  return { answer: await findFile(argument, directory, options) };
}

function cancel({ argument, message, conversation, texts }: CommandRequest): CommandResult {
  const { loading, waiting, turns } = conversation;
  const turn = message.pressed?.turn;
  if (turn !== undefined) {
    // The turn's own message says the rest.
    if (!turns.some(({ id }) => id === turn)) return {};
    return { cancel: argument === "all" ? "all" : { turn } };
  }
  const earlier = turns.filter(({ isLater }) => !isLater);
  const isAll = argument.toLowerCase() === "all";
  const isRunning = turns[0]?.isLater === false;
  const dropped = isAll ? earlier.length - Number(isRunning) + loading + waiting : 0;
  const lines = [
    (isRunning || (!isAll && loading > 0)) && texts.cancelling,
    dropped > 0 && texts.cancelledAll(dropped),
  ];
  const nothing = runsInTopics(conversation)
    ? `${texts.nothingRuns}\n${texts.repliesInTopics}`
    : texts.nothingRuns;
  return {
    answer: lines.filter((line) => line).join("\n") ||
      (turns.length > 0 ? texts.cancelCameLate : nothing),
    cancel: isAll ? "all" : isRunning ? "running" : "loading",
  };
}

/** Whether what is asked in a group runs in topics and not in the group's own conversation. */
function runsInTopics({ record, group }: CommandRequest["conversation"]): boolean {
  return group?.reply === "topic" && record.threadId === undefined;
}

/** The model of the session's last turn; `undefined` even when the agent does not say it at once. */
async function modelOfSession(request: CommandRequest): Promise<string | undefined> {
  return await deadline(currentSession(request), MODEL_MS).then(
    (session) => session?.model,
    () => undefined,
  );
}

async function status(request: CommandRequest): Promise<CommandResult> {
  const { conversation, texts, systemStatus } = request;
  const { record, turns, asks } = conversation;
  const { directory, sessionId, agent } = record;
  const [current] = turns;
  const waiting = (await conversation.rows()).filter(isUndelivered);
  const model = record.model ?? current?.model ?? await modelOfSession(request);
  const lines = [
    sessionId === undefined ? texts.noSession : texts.statusSession(sessionId),
    texts.statusDirectory(directory),
    model && texts.statusModel(record.effort ? `${model}, ${record.effort}` : model),
    agent && texts.statusAgent(agent),
    texts.statusLanguage(record.preferences?.language === undefined),
    current === undefined ? texts.statusIdle : texts.statusTurn(current.ageMs, current.waitsFor),
    runsInTopics(conversation) && texts.repliesInTopics,
    texts.statusQueue(Math.max(turns.length - 1, 0)),
    texts.statusUndelivered(waiting.length, waiting.find((row) => row.lastError)?.lastError ?? ""),
    ...(await conversation.budgets()).map((one) => budgetLine(one, texts)),
    ...await scheduleStatus(request),
    ...asks.map(({ title, since }) => texts.statusAsk(title, since && Date.now() - since)),
    ...await systemStatus(texts),
  ];
  return { answer: lines.filter((line) => line).map((line) => `- ${line}`).join("\n") };
}
