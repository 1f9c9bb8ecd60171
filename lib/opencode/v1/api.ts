import { ApiError } from "../../base/errors.ts";
import { list, need, object, parser, string } from "../../base/json.ts";
import { type Ask, parsePermission, parseQuestion } from "./ask.ts";
import { parseAskRules } from "./ask_rules.ts";
import { type AgentEntry, type Command, parseAgent, parseCommand } from "./catalog.ts";
import { parseProviders, type Providers } from "./catalog.ts";
import { type Call, type ClientOptions, OpencodeClient } from "./client.ts";
import { type Message, parseMessage, parseSession, parseStatusMap } from "./message.ts";
import type { Session, SessionStatus } from "./message.ts";
import { type Diff, parseDiff, parseEdit } from "./tool.ts";

/** A session and the directory in which it lives. */
export type SessionRef = Pick<Session, "id" | "directory">;

/** A part of a prompt. Make its id with `partId` and store it: repeating a post with the same ids is safe. */
export type PromptPart =
  | { id: string; type: "text"; text: string }
  | { id: string; type: "file"; mime: string; url: string; filename?: string };

/** A turn in opencode, by the ids that were made for it with `ids.ts` and stored before the post. */
export interface TurnRef {
  readonly sessionId: string;
  readonly directory: string;
  readonly userMessageId: string;
  readonly partId: string;
  /** When it began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** `provider/model`; opencode takes the session's last one otherwise. */
  readonly model?: string;
  readonly agent?: string;
}

/** Milliseconds for posting a prompt with its attachments. */
const PROMPT_MS = 60_000;

/**
 * What the bridge asks of opencode. Every method throws what {@linkcode OpencodeClient.call} throws.
 * Directories are absolute paths.
 */
export class OpencodeApi {
  readonly #client: OpencodeClient;

  constructor(options: ClientOptions) {
    this.#client = new OpencodeClient(options);
  }

  /** Makes a session. */
  createSession(directory: string, signal: AbortSignal): Promise<Session> {
    const path = "/session";
    return this.#client.call({ method: "POST", directory, path, parse: parseSession, signal });
  }

  /** The session; `undefined` when it is lost. */
  session(ref: SessionRef, signal: AbortSignal): Promise<Session | undefined> {
    return orLost(this.#client.call({ ...at(ref), parse: parseSession, signal }));
  }

  /** The directory's sessions without those of subagents, newest first. */
  sessions(
    { directory, ...limit }: { directory: string; limit?: number },
    signal: AbortSignal,
  ): Promise<Session[]> {
    const query = { roots: true, ...limit };
    const parse = each(parseSession);
    return this.#client.call({ directory, path: "/session", query, parse, signal });
  }

  /** What the busy sessions of the directory do; those that are absent are idle. */
  status(directory: string, signal: AbortSignal): Promise<Map<string, SessionStatus>> {
    const path = "/session/status";
    return this.#client.call({ directory, path, parse: parseStatusMap, signal });
  }

  /** The session's messages, oldest first; the newest `limit` of them when given. */
  messages(ref: SessionRef, query: { limit?: number }, signal: AbortSignal): Promise<Message[]> {
    return this.#client.call({ ...at(ref, "message"), query, parse: each(parseMessage), signal });
  }

  /** One message; `undefined` when it does not exist, or its session. */
  message(ref: SessionRef, id: string, signal: AbortSignal): Promise<Message | undefined> {
    return orLost(this.#client.call({ ...at(ref, "message", id), parse: parseMessage, signal }));
  }

  /**
   * Posts a prompt and comes back at once. That it came back does not say that the prompt was stored: an
   * unknown model or agent shows up as an event, a broken image as nothing at all (observed on 1.18.33).
   */
  async prompt(turn: TurnRef, parts: readonly PromptPart[], signal: AbortSignal): Promise<void> {
    const { userMessageId: messageID, model, agent } = turn;
    const body = { messageID, parts, model: model && modelRef(model), agent };
    const where = at(sessionOf(turn), "prompt_async");
    await this.#post({ ...where, body, timeoutMs: PROMPT_MS, signal });
  }

  /** Stops what the session does and drops what is queued; does nothing when it is idle or lost. */
  async abort(ref: SessionRef, signal: AbortSignal): Promise<void> {
    await this.#post({ ...at(ref, "abort"), signal });
  }

  /** Takes a message out of an idle session for good. */
  async removeMessage(ref: SessionRef, id: string, signal: AbortSignal): Promise<void> {
    await this.#post({ ...at(ref, "message", id), method: "DELETE", signal });
  }

  /** Undoes everything from the user message on. Files are put back in git directories only. */
  async revert(ref: SessionRef, messageID: string, signal: AbortSignal): Promise<void> {
    await this.#post({ ...at(ref, "revert"), body: { messageID }, signal });
  }

  /** Takes back a {@linkcode revert}. */
  async unrevert(ref: SessionRef, signal: AbortSignal): Promise<void> {
    await this.#post({ ...at(ref, "unrevert"), signal });
  }

  /** What the turn of a user message changed, with patches; empty outside git. */
  diff(ref: SessionRef, messageID: string, signal: AbortSignal): Promise<Diff[]> {
    const parse = each(parseDiff);
    return this.#client.call({ ...at(ref, "diff"), query: { messageID }, parse, signal });
  }

  /** What the edits of the turn of a user message changed, call by call; also outside git. */
  async edits(ref: SessionRef, messageID: string, signal: AbortSignal): Promise<Diff[]> {
    const parse = each(parseEdits);
    const messages = await this.#client.call({ ...at(ref, "message"), parse, signal });
    const from = messages.findIndex(({ id }) => id === messageID);
    return from === -1 ? [] : messages.slice(from).flatMap(({ edits }) => edits);
  }

  /**
   * Compacts an idle session's context; comes back when that is over, however long it takes, and also
   * when it failed (observed on 1.18.33): the session's messages tell.
   */
  async summarize(ref: SessionRef, model: string, signal: AbortSignal): Promise<void> {
    await this.#post({ ...at(ref, "summarize"), body: modelRef(model), timeoutMs: 0, signal });
  }

  /**
   * Runs one of opencode's own commands as a turn; comes back when the turn has ended, however long it
   * takes. One attempt: the turn goes on without us when the connection breaks.
   */
  async command(
    turn: TurnRef,
    command: { command: string; arguments: string; parts: readonly PromptPart[] },
    signal: AbortSignal,
  ): Promise<void> {
    const { userMessageId: messageID, model, agent } = turn;
    const body = { messageID, ...command, model, agent };
    await this.#post({ ...at(sessionOf(turn), "command"), body, timeoutMs: 0, signal });
  }

  /** opencode's own commands in this directory. */
  commands(directory: string, signal: AbortSignal): Promise<Command[]> {
    return this.#client.call({ directory, path: "/command", parse: each(parseCommand), signal });
  }

  /** The directory's agents. */
  agents(directory: string, signal: AbortSignal): Promise<AgentEntry[]> {
    return this.#client.call({ directory, path: "/agent", parse: each(parseAgent), signal });
  }

  /** The rules `ask` of the user's own configuration, opencode's built-in ones not among them. */
  askRules(directory: string, signal: AbortSignal): Promise<string[]> {
    return this.#client.call({ directory, path: "/config", parse: parseAskRules, signal });
  }

  /** The providers and models that can be used. */
  providers(directory: string, signal: AbortSignal): Promise<Providers> {
    const path = "/config/providers";
    return this.#client.call({ directory, path, parse: parseProviders, signal });
  }

  /** What the directory's agents wait for; the asks of aborted turns stay listed (observed). */
  async asks(directory: string, signal: AbortSignal): Promise<Ask[]> {
    const list = (path: string, parse: (json: unknown) => Ask | undefined) =>
      this.#client.call({ directory, path, parse: each(parse), signal });
    const permissions = list("/permission", parsePermission);
    return (await Promise.all([permissions, list("/question", parseQuestion)])).flat();
  }

  /** Answers a permission request; code 404 when it was answered elsewhere or is gone. */
  replyPermission(
    directory: string,
    id: string,
    answer: { reply: "once" | "always" | "reject"; message?: string },
    signal: AbortSignal,
  ): Promise<void> {
    return this.#reply(directory, path("permission", id, "reply"), answer, signal);
  }

  /** Answers a question request with one list of labels or free texts per question; 404 as above. */
  replyQuestion(
    directory: string,
    id: string,
    answers: readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<void> {
    return this.#reply(directory, path("question", id, "reply"), { answers }, signal);
  }

  /** Dismisses a question request, which ends its turn; 404 as above. */
  rejectQuestion(directory: string, id: string, signal: AbortSignal): Promise<void> {
    return this.#reply(directory, path("question", id, "reject"), undefined, signal);
  }

  async #reply(directory: string, path: string, body: unknown, signal: AbortSignal): Promise<void> {
    await this.#post({ directory, path, body, goneAfterDoubt: true, signal });
  }

  /** A call whose answer says nothing more than that it was accepted. */
  async #post(call: Omit<Call<true>, "parse">): Promise<void> {
    await this.#client.call({ method: "POST", parse: () => true, ...call });
  }
}

const parseEdits = parser(({ info, parts }) => ({
  id: need(string(object(info).id)),
  edits: list(parts, parseEdit),
}));

/** The session of a turn. */
export function sessionOf({ sessionId: id, directory }: TurnRef): SessionRef {
  return { id, directory };
}

function path(...names: string[]): string {
  return names.map((name) => `/${encodeURIComponent(name)}`).join("");
}

function at(
  { id, directory }: SessionRef,
  ...names: string[]
): { directory: string; path: string } {
  return { directory, path: path("session", id, ...names) };
}

/** Splits at the first slash: a model's own name may have more of them. */
function modelRef(model: string): { providerID: string; modelID: string } {
  const [providerID = "", ...rest] = model.split("/");
  return { providerID, modelID: rest.join("/") };
}

function each<T>(parse: (json: unknown) => T | undefined): (json: unknown) => T[] | undefined {
  return (json) => Array.isArray(json) ? list(json, parse) : undefined;
}

async function orLost<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}
