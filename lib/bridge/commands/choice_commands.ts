import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { currentSession } from "./current_session.ts";

/** The names of models are ASCII; those of agents are names of files. */
const MODEL = /^[!-~]*$/;
const AGENT = /^\S*$/;

/** Commands that choose the model and the agent of a conversation. */
export const choiceCommands: Commands = {
  model: { usage: "/model <name>", argumentPattern: MODEL, isOrdered: true, run: chooseModel },
  agent: { usage: "/agent <name>", argumentPattern: AGENT, isOrdered: true, run: chooseAgent },
};

/** How many names an answer lists. */
const MAX_NAMES = 40;

async function chooseModel(request: CommandRequest): Promise<CommandResult> {
  const { agent, conversation, signal } = request;
  return await choose(request, "model", await agent.models(conversation.record.directory, signal));
}

async function chooseAgent(request: CommandRequest): Promise<CommandResult> {
  const { agent, conversation, signal } = request;
  return await choose(request, "agent", await agent.agents(conversation.record.directory, signal));
}

/** Lists the names, or sets the one that the argument names. */
async function choose(
  request: CommandRequest,
  kind: "model" | "agent",
  names: readonly string[],
): Promise<CommandResult> {
  const { argument, conversation, texts } = request;
  const usage = `/${kind}`;
  if (argument === "") {
    const current = conversation.record[kind] ?? (await currentSession(request))?.[kind];
    const now = current === undefined ? [] : [texts.currentChoice(current)];
    return { answer: [...now, list(names, current), texts.howToChoose(usage)].join("\n\n") };
  }
  const found = matchNames(argument.toLowerCase(), names);
  const [name] = found;
  if (name === undefined) return { answer: texts.noSuchChoice(argument, usage) };
  if (found.length > 1) return { answer: `${texts.ambiguousChoice(argument)}\n\n${list(found)}` };
  return { answer: texts.chosen(name), update: (record) => ({ ...record, [kind]: name }) };
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
