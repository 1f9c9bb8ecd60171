import { ApiError } from "../errors.ts";
import { list, need, object, parser, string } from "../json.ts";
import { type Call, type ClientOptions, OpencodeClient } from "./client.ts";
import { parseMessage, parseSession, parseStatusMap } from "./parse.ts";
import { parsePermission, parseQuestion } from "./parse_ask.ts";
import { parseAgent, parseAskRules, parseCommand, parseProviders } from "./parse_catalog.ts";
import { parseDiff, parseEdit } from "./parse_tool.ts";
import type {
  Agent,
  Command,
  Diff,
  Message,
  PermissionAsk,
  Providers,
  QuestionAsk,
  Session,
  SessionStatus,
} from "./types.ts";

/** A session and the directory in which it lives. */
export type SessionRef = Pick<Session, "id" | "directory">;

/** A part of a prompt. Make its id with `partId` and store it: repeating a post with the same ids is safe. */
export type PromptPart =
  | { id: string; type: "text"; text: string }
  | { id: string; type: "file"; mime: string; url: string; filename?: string };

/** What to post. */
export interface Prompt {
  /** Made with `messageId` and stored before the post. */
  readonly messageId: string;
  readonly parts: readonly PromptPart[];
  /** `provider/model`; opencode takes the session's last one otherwise. */
  readonly model?: string | undefined;
  readonly agent?: string | undefined;
  /** Added to the system prompt of this turn. */
  readonly system?: string | undefined;
}

/** One of opencode's own commands, to be run as a turn. */
export interface CommandCall {
  readonly name: string;
  /** What was typed behind the name. */
  readonly arguments: string;
  /** Made with `messageId` and stored before the post. */
  readonly messageId: string;
  readonly model?: string | undefined;
  readonly agent?: string | undefined;
  readonly parts?: readonly PromptPart[];
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

  /** Makes a session. With a title, opencode asks no model for one. */
  createSession(
    options: { directory: string; title?: string },
    signal: AbortSignal,
  ): Promise<Session> {
    const { directory, title } = options;
    return this.#post(directory, "/session", { title }, parseSession, signal);
  }

  /** The session; `undefined` when it is lost. */
  session(ref: SessionRef, signal: AbortSignal): Promise<Session | undefined> {
    return orLost(this.#get(ref.directory, path`/session/${ref.id}`, parseSession, signal));
  }

  /** The directory's sessions without those of subagents, newest first. */
  sessions(
    options: { directory: string; limit?: number },
    signal: AbortSignal,
  ): Promise<Session[]> {
    const query = { roots: "true", ...limited(options) };
    return this.#get(options.directory, "/session", each(parseSession), signal, query);
  }

  /** What the busy sessions of the directory do; those that are absent are idle. */
  status(directory: string, signal: AbortSignal): Promise<Map<string, SessionStatus>> {
    return this.#get(directory, "/session/status", parseStatusMap, signal);
  }

  /** The session's messages, oldest first; the newest `limit` of them when given. */
  messages(ref: SessionRef, options: { limit?: number }, signal: AbortSignal): Promise<Message[]> {
    const where = path`/session/${ref.id}/message`;
    return this.#get(ref.directory, where, each(parseMessage), signal, limited(options));
  }

  /** One message; `undefined` when it does not exist, or its session. */
  message(ref: SessionRef, id: string, signal: AbortSignal): Promise<Message | undefined> {
    const where = path`/session/${ref.id}/message/${id}`;
    return orLost(this.#get(ref.directory, where, parseMessage, signal));
  }

  /**
   * Posts a prompt and comes back at once. That it came back does not say that the prompt was stored: an
   * unknown model or agent shows up as an event, a broken image as nothing at all (observed on 1.18.33).
   */
  async prompt(ref: SessionRef, prompt: Prompt, signal: AbortSignal): Promise<void> {
    const { messageId: messageID, model, ...rest } = prompt;
    const body = { ...rest, messageID, model: model && modelRef(model) };
    const where = path`/session/${ref.id}/prompt_async`;
    await this.#post(ref.directory, where, body, anything, signal, { timeoutMs: PROMPT_MS });
  }

  /** Stops what the session does and drops what is queued; does nothing when it is idle or lost. */
  async abort(ref: SessionRef, signal: AbortSignal): Promise<void> {
    await this.#post(ref.directory, path`/session/${ref.id}/abort`, undefined, accepted, signal);
  }

  /** Takes a message out of an idle session for good. */
  async removeMessage(ref: SessionRef, id: string, signal: AbortSignal): Promise<void> {
    const where = path`/session/${ref.id}/message/${id}`;
    const { directory } = ref;
    await this.#client.call({ method: "DELETE", directory, path: where, parse: accepted, signal });
  }

  /** Undoes everything from the user message on. Files are put back in git directories only. */
  revert(ref: SessionRef, messageID: string, signal: AbortSignal): Promise<Session> {
    const where = path`/session/${ref.id}/revert`;
    return this.#post(ref.directory, where, { messageID }, parseSession, signal);
  }

  /** Takes back a {@linkcode revert}. */
  unrevert(ref: SessionRef, signal: AbortSignal): Promise<Session> {
    const where = path`/session/${ref.id}/unrevert`;
    return this.#post(ref.directory, where, undefined, parseSession, signal);
  }

  /** What the turn of a user message changed, with patches; empty outside git. */
  diff(ref: SessionRef, messageID: string, signal: AbortSignal): Promise<Diff[]> {
    const where = path`/session/${ref.id}/diff`;
    return this.#get(ref.directory, where, each(parseDiff), signal, { messageID });
  }

  /** What the edits of the turn of a user message changed, call by call; also outside git. */
  async edits(ref: SessionRef, messageID: string, signal: AbortSignal): Promise<Diff[]> {
    const where = path`/session/${ref.id}/message`;
    const messages = await this.#get(ref.directory, where, each(parseEdits), signal);
    const from = messages.findIndex(({ id }) => id === messageID);
    return from === -1 ? [] : messages.slice(from).flatMap(({ edits }) => edits);
  }

  /**
   * Compacts an idle session's context; comes back when that is over, however long it takes, and also
   * when it failed (observed on 1.18.33): the session's messages tell.
   */
  async summarize(ref: SessionRef, model: string, signal: AbortSignal): Promise<void> {
    const where = path`/session/${ref.id}/summarize`;
    await this.#post(ref.directory, where, modelRef(model), accepted, signal, { timeoutMs: 0 });
  }

  /**
   * Runs one of opencode's own commands as a turn; comes back when the turn has ended, however long it
   * takes. One attempt: the turn goes on without us when the connection breaks.
   */
  async command(ref: SessionRef, command: CommandCall, signal: AbortSignal): Promise<void> {
    const { name, messageId: messageID, ...rest } = command;
    const body = { ...rest, messageID, command: name };
    const where = path`/session/${ref.id}/command`;
    await this.#post(ref.directory, where, body, anything, signal, { timeoutMs: 0 });
  }

  /** opencode's own commands in this directory. */
  commands(directory: string, signal: AbortSignal): Promise<Command[]> {
    return this.#get(directory, "/command", each(parseCommand), signal);
  }

  /** The directory's agents. */
  agents(directory: string, signal: AbortSignal): Promise<Agent[]> {
    return this.#get(directory, "/agent", each(parseAgent), signal);
  }

  /** The rules `ask` of the user's own configuration, opencode's built-in ones not among them. */
  askRules(directory: string, signal: AbortSignal): Promise<string[]> {
    return this.#get(directory, "/config", parseAskRules, signal);
  }

  /** The providers and models that can be used. */
  providers(directory: string, signal: AbortSignal): Promise<Providers> {
    return this.#get(directory, "/config/providers", parseProviders, signal);
  }

  /** Open permission requests of the directory; those of aborted turns stay listed (observed). */
  permissions(directory: string, signal: AbortSignal): Promise<PermissionAsk[]> {
    return this.#get(directory, "/permission", each(parsePermission), signal);
  }

  /** Open questions of the directory, those of aborted turns too. */
  questions(directory: string, signal: AbortSignal): Promise<QuestionAsk[]> {
    return this.#get(directory, "/question", each(parseQuestion), signal);
  }

  /** Answers a permission request; code 404 when it was answered elsewhere or is gone. */
  replyPermission(
    directory: string,
    id: string,
    answer: { reply: "once" | "always" | "reject"; message?: string },
    signal: AbortSignal,
  ): Promise<void> {
    return this.#reply(directory, path`/permission/${id}/reply`, answer, signal);
  }

  /** Answers a question request with one list of labels or free texts per question; 404 as above. */
  replyQuestion(
    directory: string,
    id: string,
    answers: readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<void> {
    return this.#reply(directory, path`/question/${id}/reply`, { answers }, signal);
  }

  /** Dismisses a question request, which ends its turn; 404 as above. */
  rejectQuestion(directory: string, id: string, signal: AbortSignal): Promise<void> {
    return this.#reply(directory, path`/question/${id}/reject`, undefined, signal);
  }

  async #reply(directory: string, path: string, body: unknown, signal: AbortSignal): Promise<void> {
    await this.#post(directory, path, body, accepted, signal, { goneAfterDoubt: true });
  }

  #get<T>(
    directory: string,
    path: string,
    parse: Call<T>["parse"],
    signal: AbortSignal,
    query: Record<string, string> = {},
  ): Promise<T> {
    return this.#client.call({ method: "GET", directory, path, query, parse, signal });
  }

  #post<T>(
    directory: string,
    path: string,
    body: unknown,
    parse: Call<T>["parse"],
    signal: AbortSignal,
    more: Pick<Call<T>, "timeoutMs" | "goneAfterDoubt"> = {},
  ): Promise<T> {
    return this.#client.call({ method: "POST", directory, path, body, parse, signal, ...more });
  }
}

const parseEdits = parser(({ info, parts }) => ({
  id: need(string(object(info).id)),
  edits: list(parts, parseEdit),
}));

/** A path whose values are encoded. */
function path(strings: TemplateStringsArray, ...values: string[]): string {
  return String.raw({ raw: strings }, ...values.map(encodeURIComponent));
}

function limited({ limit }: { limit?: number }): Record<string, string> {
  return limit === undefined ? {} : { limit: String(limit) };
}

/** Splits at the first slash: a model's own name may have more of them. */
function modelRef(model: string): { providerID: string; modelID: string } {
  const [providerID = "", ...rest] = model.split("/");
  return { providerID, modelID: rest.join("/") };
}

function each<T>(parse: (json: unknown) => T | undefined): (json: unknown) => T[] | undefined {
  return (json) => Array.isArray(json) ? list(json, parse) : undefined;
}

function accepted(json: unknown): true | undefined {
  return json === true ? true : undefined;
}

function anything(): true {
  return true;
}

async function orLost<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}
