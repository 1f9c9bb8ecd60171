import { defined } from "../../base/json.ts";
import type { ConversationRecord } from "../../model/conversation.ts";
import type { Command, CommandRequest, CommandResult, Commands } from "./command.ts";
import { currentSession } from "./current_session.ts";
import { newestFirst } from "../places/newest_first.ts";
import { picker } from "./picker.ts";

/** The names of models and of their levels of effort are ASCII; those of agents are names of files. */
const MODEL = /^[!-~]*$/;
const AGENT = /^\S*$/;

/** Commands that choose the model and the agent of a conversation. */
export const choiceCommands: Commands = {
  model: choice("model", MODEL, chooseModel),
  effort: choice("effort", MODEL, chooseEffort),
  agent: choice("agent", AGENT, chooseAgent),
};

function choice(
  name: "model" | "effort" | "agent",
  argumentPattern: RegExp,
  run: Command["run"],
): Command {
  return {
    usage: `/${name} <name>`,
    argumentPattern,
    isOrdered: true,
    hasPicker: true,
    run,
    current: ({ conversation }) => conversation.record[name],
  };
}

/** How many names an answer lists. */
const MAX_NAMES = 40;
/** The level of effort that a model has by itself, as opencode calls it. */
const DEFAULT_EFFORT = "default";

/** What is chosen by a command. */
interface Choosing {
  /** Its name. */
  readonly command: string;
  readonly names: readonly string[];
  /** Those that are offered first. */
  readonly first?: readonly string[];
  /** Reads what is chosen now. */
  readonly current: () => Promise<string | undefined>;
  /** The fields of the conversation's record that a choice changes; `undefined` removes one. */
  readonly change: (
    name: string,
  ) => Partial<ConversationRecord> | { readonly effort: undefined };
}

async function chooseModel(request: CommandRequest): Promise<CommandResult> {
  const { agent, conversation, signal } = request;
  const { model, effort, recent } = conversation.record;
  const others = await conversation.all();
  return await choose(request, {
    command: "model",
    names: await agent.models(conversation.record.directory, signal),
    current: async () => model ?? (await currentSession(request))?.model,
    first: [recent, ...others.map(({ recent }) => recent)].flatMap((one) => one?.models ?? []),
    // Another model has other levels of effort.
    change: (name) => ({
      model: name,
      effort: name === model ? effort : undefined,
      recent: { ...recent, models: newestFirst(name, recent?.models) },
    }),
  });
}

/** The levels belong to a model, so that is chosen with them. */
async function chooseEffort(request: CommandRequest): Promise<CommandResult> {
  const { agent, conversation, texts, signal } = request;
  const { directory, model: chosen, effort } = conversation.record;
  const session = await currentSession(request);
  const model = chosen ?? session?.model;
  if (model === undefined) return { answer: texts.noModelYet };
  const names = await agent.efforts(directory, model, signal);
  if (names.length === 0) return { answer: texts.noEfforts(model) };
  const now = effort ?? (session?.model === model ? session.effort : undefined) ?? DEFAULT_EFFORT;
  return await choose(request, {
    command: "effort",
    names: [...new Set([...names, DEFAULT_EFFORT])],
    current: () => Promise.resolve(now),
    change: (name) => ({ model, effort: name === DEFAULT_EFFORT ? undefined : name }),
  });
}

async function chooseAgent(request: CommandRequest): Promise<CommandResult> {
  const { agent, conversation, signal } = request;
  const { directory, agent: chosen } = conversation.record;
  return await choose(request, {
    command: "agent",
    names: await agent.agents(directory, signal),
    current: async () => chosen ?? (await currentSession(request))?.agent,
    change: (name) => ({ agent: name }),
  });
}

/** Offers and lists the names, or sets the one that the argument names. */
async function choose(
  request: CommandRequest,
  { command, names, first = [], current: readCurrent, change }: Choosing,
): Promise<CommandResult> {
  const { argument, texts } = request;
  if (argument === "") {
    const current = await readCurrent();
    const now = current === undefined ? [] : [texts.currentChoice(current)];
    const known = first.filter((name) => names.includes(name));
    const options = [...known, ...names].filter((name) => name !== current)
      .map((name) => ({ label: name, value: name }));
    return {
      answer: [{
        status: "plain",
        text: [...now, texts.howToChoose(`/${command}`)].join("\n\n"),
        panels: [{ title: texts.allNames(names.length), text: list(names, current) }],
        pickers: picker(request, command, texts.pick, options),
      }],
    };
  }
  // A name that is whole is meant, even where another differs by its case.
  const found = names.includes(argument) ? [argument] : matchNames(argument.toLowerCase(), names);
  const [name] = found;
  if (name === undefined) return { answer: texts.noSuchChoice(argument, `/${command}`) };
  if (found.length > 1) return { answer: `${texts.ambiguousChoice(argument)}\n\n${list(found)}` };
  const changes = change(name);
  return { answer: texts.chosen(name), update: (record) => defined({ ...record, ...changes }) };
}

/** Finds the names equal to `word`, otherwise those ending in `/word`, otherwise those containing it. */
function matchNames(word: string, names: readonly string[]): string[] {
  const tests = [
    (name: string) => name === word,
    (name: string) => name.endsWith(`/${word}`),
    (name: string) => name.includes(word),
  ];
  for (const test of tests) {
    const found = names.filter((name) => test(name.toLowerCase()));
    if (found.length > 0) return found;
  }
  return [];
}

function list(names: readonly string[], current?: string): string {
  const lines = names.slice(0, MAX_NAMES).map((name) =>
    `- \`${name}\`${name === current ? " ✓" : ""}`
  );
  if (names.length > MAX_NAMES) lines.push(`- … +${names.length - MAX_NAMES}`);
  return lines.join("\n");
}
