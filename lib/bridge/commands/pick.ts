import type { Session } from "../../opencode/v1/message.ts";
import type { Answer, Request } from "./table.ts";
import { summaryLine } from "../../base/text.ts";
import { currentSession } from "./history.ts";

/** Names in one answer. */
const SHOWN = 40;
/** Sessions in a listing. */
const LISTED = 20;
/** Sessions that are looked through. */
const KNOWN = 200;

/** Shows the models, or chooses one for the conversation. */
export async function chooseModel(request: Request): Promise<Answer> {
  const { host, agent, signal } = request;
  const { providers } = await agent.api.providers(host.conversation.directory, signal);
  const names = providers.flatMap(({ id, models }) => models.map((model) => `${id}/${model.id}`));
  return await pick(request, "model", names);
}

/** Shows the agents, or chooses one for the conversation. */
export async function chooseAgent(request: Request): Promise<Answer> {
  const { host, agent, signal } = request;
  const agents = await agent.api.agents(host.conversation.directory, signal);
  const names = agents.filter(({ mode, hidden }) => mode !== "subagent" && !hidden)
    .map(({ name }) => name);
  return await pick(request, "agent", names);
}

async function pick(
  request: Request,
  kind: "model" | "agent",
  names: readonly string[],
): Promise<Answer> {
  const { argument, host, texts } = request;
  const usage = `/${kind}`;
  if (argument === "") {
    const current = host.conversation[kind] ?? (await currentSession(request))?.[kind];
    const now = current === undefined ? [] : [texts.pickCurrent(current)];
    return [...now, list(names, current), texts.howToPick(usage)].join("\n\n");
  }
  const found = matches(argument.toLowerCase(), names);
  const [name] = found;
  if (name === undefined) return texts.pickNone(argument, usage);
  if (found.length > 1) return `${texts.pickSeveral(argument)}\n\n${list(found)}`;
  host.change({ ...host.conversation, [kind]: name });
  return texts.picked(name);
}

/** The names that a word may mean: the whole name, else what stands behind a slash, else any part. */
function matches(word: string, names: readonly string[]): string[] {
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
  const lines = names.slice(0, SHOWN).map((name) => `- \`${name}\`${name === current ? " ✓" : ""}`);
  if (names.length > SHOWN) lines.push(`- … +${names.length - SHOWN}`);
  return lines.join("\n");
}

/** Lists the directory's sessions, newest first, with the numbers that `/resume` takes. */
export async function sessions(request: Request): Promise<Answer> {
  const { host, texts } = request;
  const found = (await read(request)).slice(0, LISTED);
  const { directory, sessionId } = host.conversation;
  if (found.length === 0) return texts.noSessions(directory);
  // So that a number means the same session when it is typed.
  host.change({ ...host.conversation, listed: found.map(({ id }) => id) });
  const lines = found.map(({ id, title, updated }, i) =>
    `${i + 1}. ${texts.sessionLine(summaryLine(title), Date.now() - updated, id === sessionId)}`
  );
  return [...lines, "", texts.howToResume].join("\n");
}

/** Goes on in another session of the directory, by its number in the listing or the beginning of its id. */
export async function resume(request: Request): Promise<Answer> {
  const { argument, host, texts } = request;
  if (argument === "") return await sessions(request);
  const known = await read(request);
  const listed = host.conversation.listed ?? known.map(({ id }) => id);
  const wanted = /^\d+$/.test(argument) ? listed[Number(argument) - 1] : argument;
  const found = wanted === undefined ? [] : known.filter(({ id }) => id.startsWith(wanted));
  const [session] = found;
  if (session === undefined || found.length > 1) return texts.noSuchSession(argument);
  const running = session.id === host.conversation.sessionId ? undefined : host.turns[0];
  host.change({ ...host.conversation, sessionId: session.id });
  await running?.cancel();
  return texts.resumed(summaryLine(session.title));
}

async function read({ host, agent, signal }: Request): Promise<Session[]> {
  const { directory } = host.conversation;
  const found = await agent.api.sessions({ directory, limit: KNOWN }, signal);
  return found.filter(({ archived }) => archived === undefined);
}
