import { ApiError } from "../errors.ts";
import { type Call, type ClientOptions, OpencodeClient } from "./client.ts";
import { list, object, string } from "./json.ts";
import { parseMessage, parseSession, parseStatusMap } from "./parse.ts";
import { parsePermission, parseQuestion } from "./parse_ask.ts";
import {
  type Command,
  parseAgent,
  parseAskRules,
  parseCommand,
  parseProviders,
} from "./parse_catalog.ts";
import { parseFileChange } from "./parse_tool.ts";
import type {
  Agent,
  FileChange,
  Message,
  PermissionAsk,
  Providers,
  QuestionAsk,
  Session,
  SessionStatus,
} from "./types.ts";

/** A session and the directory in which it lives; opencode keeps a world of its own for each directory. */
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

/** Milliseconds for a look whether the server lives. */
const HEALTH_MS = 2_000;
/** Milliseconds for posting a prompt with its attachments. */
const PROMPT_MS = 60_000;

type Directed<T> = Pick<Call<T>, "method" | "path" | "parse"> & Partial<Call<T>>;

/**
 * What the bridge asks of opencode. Every method throws what {@linkcode OpencodeClient.call} throws.
 * Directories are absolute paths.
 */
export class OpencodeApi {
  readonly #client: OpencodeClient;

  constructor(options: ClientOptions) {
    this.#client = new OpencodeClient(options);
  }

  /** The version of the server that answers. One attempt with a short limit. */
  health(signal: AbortSignal): Promise<string> {
    return this.#client.call({
      method: "GET",
      path: "/global/health",
      parse: (json) => object(json)?.healthy === true ? string(object(json)?.version) : undefined,
      attempts: 1,
      timeoutMs: HEALTH_MS,
      signal,
    });
  }

  /** Makes a session. With a title, opencode asks no model for one. */
  createSession(
    options: { directory: string; title?: string },
    signal: AbortSignal,
  ): Promise<Session> {
    const { directory, title } = options;
    const body = title === undefined ? {} : { title };
    return this.#post(directory, "/session", body, parseSession, signal);
  }

  /** The session; `undefined` when it is lost. */
  session(ref: SessionRef, signal: AbortSignal): Promise<Session | undefined> {
    return orLost(this.#get(ref.directory, sessionPath(ref), parseSession, signal));
  }

  /** The directory's sessions without those of subagents, newest first. */
  sessions(
    options: { directory: string; limit?: number },
    signal: AbortSignal,
  ): Promise<Session[]> {
    const query: Record<string, string> = { roots: "true" };
    if (options.limit !== undefined) query.limit = String(options.limit);
    return this.#get(options.directory, "/session", each(parseSession), signal, query);
  }

  /** What the busy sessions of the directory do; those that are absent are idle. */
  status(directory: string, signal: AbortSignal): Promise<Map<string, SessionStatus>> {
    return this.#get(directory, "/session/status", parseStatusMap, signal);
  }

  /** The session's messages, oldest first; the newest `limit` of them when given. */
  messages(ref: SessionRef, options: { limit?: number }, signal: AbortSignal): Promise<Message[]> {
    const query: Record<string, string> = {};
    if (options.limit !== undefined) query.limit = String(options.limit);
    const path = `${sessionPath(ref)}/message`;
    return this.#get(ref.directory, path, each(parseMessage), signal, query);
  }

  /** One message; `undefined` when it does not exist, or its session. */
  message(ref: SessionRef, id: string, signal: AbortSignal): Promise<Message | undefined> {
    const path = `${sessionPath(ref)}/message/${encodeURIComponent(id)}`;
    return orLost(this.#get(ref.directory, path, parseMessage, signal));
  }

  /**
   * Posts a prompt and comes back at once. That it came back does not say that the prompt was stored: an
   * unknown model or agent shows up as an event, a broken image as nothing at all (observed on 1.18.33).
   */
  async prompt(ref: SessionRef, prompt: Prompt, signal: AbortSignal): Promise<void> {
    const { messageId: messageID, parts, agent, system } = prompt;
    await this.#call(ref.directory, {
      method: "POST",
      path: `${sessionPath(ref)}/prompt_async`,
      body: { messageID, parts, agent, system, model: prompt.model && modelRef(prompt.model) },
      parse: () => true,
      timeoutMs: PROMPT_MS,
    }, signal);
  }

  /** Stops what the session does and drops what is queued; does nothing when it is idle or lost. */
  async abort(ref: SessionRef, signal: AbortSignal): Promise<void> {
    await this.#post(ref.directory, `${sessionPath(ref)}/abort`, undefined, accepted, signal);
  }

  /** Undoes everything from the user message on. */
  revert(ref: SessionRef, messageID: string, signal: AbortSignal): Promise<Session> {
    const path = `${sessionPath(ref)}/revert`;
    return this.#post(ref.directory, path, { messageID }, parseSession, signal);
  }

  /** Takes back a {@linkcode revert}. */
  unrevert(ref: SessionRef, signal: AbortSignal): Promise<Session> {
    const path = `${sessionPath(ref)}/unrevert`;
    return this.#post(ref.directory, path, undefined, parseSession, signal);
  }

  /** What the turn of a user message changed, with patches; empty outside git. */
  diff(
    ref: SessionRef,
    messageID: string,
    signal: AbortSignal,
  ): Promise<(FileChange & { patch: string })[]> {
    const parse = (json: unknown) => {
      const change = parseFileChange(json);
      return change && { ...change, patch: string(object(json)?.patch) ?? "" };
    };
    const path = `${sessionPath(ref)}/diff`;
    return this.#get(ref.directory, path, each(parse), signal, { messageID });
  }

  /** Compacts an idle session's context; comes back when that is done, however long it takes. */
  async summarize(ref: SessionRef, model: string, signal: AbortSignal): Promise<void> {
    await this.#call(ref.directory, {
      method: "POST",
      path: `${sessionPath(ref)}/summarize`,
      body: modelRef(model),
      parse: accepted,
      attempts: 1,
      timeoutMs: 0,
    }, signal);
  }

  /**
   * Runs one of opencode's own commands as a turn; comes back when the turn has ended, however long it
   * takes. One attempt: the turn goes on without us when the connection breaks.
   */
  async command(
    ref: SessionRef,
    command: { name: string; arguments: string; messageId: string; model?: string; agent?: string },
    signal: AbortSignal,
  ): Promise<void> {
    const { name, messageId: messageID, ...rest } = command;
    await this.#call(ref.directory, {
      method: "POST",
      path: `${sessionPath(ref)}/command`,
      body: { ...rest, messageID, command: name },
      parse: () => true,
      attempts: 1,
      timeoutMs: 0,
    }, signal);
  }

  /** opencode's own commands in this directory. */
  commands(directory: string, signal: AbortSignal): Promise<Command[]> {
    return this.#get(directory, "/command", each(parseCommand), signal);
  }

  /** The directory's agents, with their rules fully resolved. */
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
    return this.#reply(directory, `/permission/${encodeURIComponent(id)}/reply`, answer, signal);
  }

  /** Answers a question request with one list of labels or free texts per question; 404 as above. */
  replyQuestion(
    directory: string,
    id: string,
    answers: readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<void> {
    const path = `/question/${encodeURIComponent(id)}/reply`;
    return this.#reply(directory, path, { answers }, signal);
  }

  /** Dismisses a question request, which ends its turn; 404 as above. */
  rejectQuestion(directory: string, id: string, signal: AbortSignal): Promise<void> {
    return this.#reply(directory, `/question/${encodeURIComponent(id)}/reject`, undefined, signal);
  }

  async #reply(directory: string, path: string, body: unknown, signal: AbortSignal): Promise<void> {
    const call = { method: "POST", path, body, parse: accepted, goneAfterDoubt: true } as const;
    await this.#call(directory, call, signal);
  }

  #get<T>(
    directory: string,
    path: string,
    parse: Call<T>["parse"],
    signal: AbortSignal,
    query: Record<string, string> = {},
  ): Promise<T> {
    return this.#call(directory, { method: "GET", path, parse, query }, signal);
  }

  #post<T>(
    directory: string,
    path: string,
    body: unknown,
    parse: Call<T>["parse"],
    signal: AbortSignal,
  ): Promise<T> {
    return this.#call(directory, { method: "POST", path, body, parse }, signal);
  }

  #call<T>(directory: string, call: Directed<T>, signal: AbortSignal): Promise<T> {
    return this.#client.call({ ...call, query: { ...call.query, directory }, signal });
  }
}

function sessionPath(ref: SessionRef): string {
  return `/session/${encodeURIComponent(ref.id)}`;
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

async function orLost<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}
