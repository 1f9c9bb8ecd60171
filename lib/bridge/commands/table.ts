import { describe } from "../../base/errors.ts";
import type { Incoming } from "../../feishu/connection/events.ts";
import type { View } from "../../model/view.ts";
import type { OpencodeApi } from "../../opencode/v1/api.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Asks } from "../asks/asks.ts";
import { summaryLine } from "../../base/text.ts";
import type { Conversation } from "../conversation.ts";
import { currentSession, diff, redo, undo } from "./history.ts";
import type { Parts } from "../parts.ts";
import { changeDirectory, findFile } from "./paths.ts";
import { chooseAgent, chooseModel, resume, sessions } from "./pick.ts";

/** What the commands of the chat may do to their conversation. */
export interface ActionHost extends
  Pick<
    Conversation,
    "conversation" | "turns" | "change" | "save" | "enqueue" | "drop" | "stopLoading" | "rows"
  > {
  readonly asks: Pick<Asks, "titles">;
}

/** What {@linkcode act} needs to know. */
export interface ActionParts extends Pick<Parts, "texts" | "systemStatus" | "outbox"> {
  readonly agent: { readonly api: OpencodeApi };
}

/** A command of the chat that somebody sent. */
export interface Request extends ActionParts {
  readonly incoming: Incoming;
  /** What stands behind the command's name. */
  readonly argument: string;
  readonly host: ActionHost;
  /** Aborts when the answer would come too late. */
  readonly signal: AbortSignal;
}

/** What to answer: a text or messages; none when a turn will. */
export type Answer = string | readonly View[];

/** A command of the chat. */
export interface Action {
  /** How it is typed; `/help` and the README show it. */
  readonly usage: string;
  readonly aliases?: readonly string[];
  /** What may stand behind the name; a text with anything else there is a prompt. */
  readonly takes?: RegExp;
  /** Waits until the messages before it are in the queue, since it changes what becomes of them. */
  readonly inOrder?: boolean;
  readonly run: (request: Request) => Promise<Answer>;
}

const ANYTHING = /^/;
const WORD = /^\S*$/;

/** The name of a command. */
export type CommandName = keyof Texts["commands"];

/** The commands of the chat. */
export const ACTIONS: Readonly<Record<CommandName, Action>> = {
  new: { usage: "/new", inOrder: true, run: fresh },
  cwd: { usage: "/cwd <path>", takes: ANYTHING, inOrder: true, run: moveTo },
  cancel: { usage: "/cancel", aliases: ["stop"], takes: /^(all)?$/i, run: cancel },
  status: { usage: "/status", aliases: ["why"], run: status },
  sessions: { usage: "/sessions", run: sessions },
  resume: { usage: "/resume <n>", takes: WORD, inOrder: true, run: resume },
  model: { usage: "/model <name>", takes: WORD, inOrder: true, run: chooseModel },
  agent: { usage: "/agent <name>", takes: WORD, inOrder: true, run: chooseAgent },
  undo: { usage: "/undo", inOrder: true, run: undo },
  redo: { usage: "/redo", inOrder: true, run: redo },
  compact: { usage: "/compact", inOrder: true, run: compact },
  diff: { usage: "/diff", run: diff },
  get: {
    usage: "/get <path>",
    takes: ANYTHING,
    run: ({ argument, host, texts }) => findFile(argument, host.conversation.directory, texts),
  },
  help: { usage: "/help", run: help },
};

/** Their names, in the order of the help. */
export const NAMES = Object.keys(ACTIONS) as CommandName[];

/** Milliseconds that a command may wait for opencode, its start included. */
const ACT_MS = 20_000;
/** The same for the part of `/help` that opencode knows. */
const HELP_MS = 3_000;

/** Carries out a command of the chat; what goes wrong is part of the answer. */
export async function act(
  name: CommandName,
  request: Omit<Request, "signal">,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(ACT_MS)]);
    return await ACTIONS[name].run({ ...request, signal: soon });
  } catch (error) {
    signal.throwIfAborted();
    return request.texts.commandFailed(`/${name}`, describe(error));
  }
}

async function help({ host, agent, texts, signal }: Request): Promise<Answer> {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(HELP_MS)]);
  const theirs = await agent.api.commands(host.conversation.directory, soon).catch(() => []);
  const ours = NAMES.map((name) => {
    const { usage, aliases = [] } = ACTIONS[name];
    const typed = [usage, ...aliases.map((alias) => `/${alias}`)].map((one) => `\`${one}\``);
    return `- ${typed.join(", ")} ${texts.commands[name]}`;
  });
  const more = theirs.map(({ name, description }) => `- \`/${name}\` ${summaryLine(description)}`);
  const parts = [texts.help, ours.join("\n")];
  return [...parts, ...more.length > 0 ? [texts.helpMore, more.join("\n")] : []].join("\n\n");
}

async function fresh({ host, texts }: Request): Promise<Answer> {
  const { sessionId: _, ...conversation } = host.conversation;
  host.change(conversation);
  // First what can be done twice: until it is answered, the command is read again after a crash.
  await host.turns[0]?.cancel();
  return texts.newSession(conversation.directory);
}

async function moveTo({ argument, host, texts }: Request): Promise<Answer> {
  const { sessionId: _, listed: _listed, ...conversation } = host.conversation;
  if (argument === "") return texts.cwdIs(conversation.directory);
  const changed = await changeDirectory(argument, conversation.directory);
  if (changed === undefined) return texts.cwdMissing(argument);
  const { directory, wide } = changed;
  host.change({ ...conversation, directory });
  const said = texts.cwdChanged(directory);
  return wide ? `${said}\n\n${texts.cwdWide(directory)}` : said;
}

async function cancel({ argument, host, texts }: Request): Promise<Answer> {
  const all = argument.toLowerCase() === "all";
  const [running, ...queued] = host.turns;
  const dropped = all ? queued.length + host.stopLoading(true) : 0;
  if (all) { for (const turn of queued) await host.drop(turn); }
  await running?.cancel();
  const stopped = running !== undefined || (!all && host.stopLoading(false) > 0);
  const lines = [stopped && texts.cancelling, dropped > 0 && texts.cancelledAll(dropped)];
  return lines.filter((line) => line).join("\n") || texts.nothingRuns;
}

async function status({ host, texts, systemStatus }: Request): Promise<Answer> {
  const { turns, asks, conversation: { directory, sessionId, model: chosen, agent } } = host;
  const [current] = turns;
  const waiting = (await host.rows()).filter((row) => !row.shown);
  const model = chosen ?? current?.reading?.model;
  const { run, createdAt = 0 } = current?.prompt ?? {};
  const lines = [
    sessionId === undefined ? texts.noSession : texts.statusSession(sessionId),
    texts.statusDirectory(directory),
    model && texts.statusModel(model),
    agent && texts.statusAgent(agent),
    current === undefined
      ? texts.statusIdle
      : texts.statusTurn(Date.now() - (run?.startedAt ?? createdAt), current.waitsFor),
    texts.statusQueue(Math.max(turns.length - 1, 0)),
    texts.statusUndelivered(waiting.length, waiting.find((row) => row.lastError)?.lastError ?? ""),
    ...asks.titles.map(texts.statusAsk),
    ...systemStatus(),
  ];
  return lines.filter((line) => line).map((line) => `- ${line}`).join("\n");
}

async function compact(request: Request): Promise<Answer> {
  const session = await currentSession(request);
  if (session?.model === undefined) return request.texts.nothingYet;
  await request.host.enqueue(request.incoming, { task: { kind: "compact" } });
  return [];
}
