import type { Session } from "../opencode/message.ts";
import type { Answer, Request } from "./actions.ts";
import { brief } from "./brief.ts";

/** Sessions in a listing. */
const LISTED = 20;
/** Sessions that are looked through. */
const KNOWN = 200;

/** Lists the directory's sessions, newest first, with the numbers that `/resume` takes. */
export async function sessions(request: Request): Promise<Answer> {
  const { host, texts } = request;
  const found = (await read(request)).slice(0, LISTED);
  const { directory, sessionId } = host.conversation;
  if (found.length === 0) return texts.noSessions(directory);
  // So that a number means the same session when it is typed.
  host.change({ ...host.conversation, listed: found.map(({ id }) => id) });
  const lines = found.map(({ id, title, updated }, i) =>
    `${i + 1}. ${texts.sessionLine(brief(title), Date.now() - updated, id === sessionId)}`
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
  return texts.resumed(brief(session.title));
}

async function read({ host, agent, signal }: Request): Promise<Session[]> {
  const { directory } = host.conversation;
  const found = await agent.api.sessions({ directory, limit: KNOWN }, signal);
  return found.filter(({ archived }) => archived === undefined);
}
