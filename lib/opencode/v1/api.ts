import { list, need, object, parser, string } from "../../base/json.ts";
import type { PermissionReply } from "../../model/agent_request.ts";
import type { AgentCommand, SessionRef } from "../../model/session.ts";
import type { FilePatch } from "../../model/tool_call.ts";
import type { Run } from "../../model/turn.ts";
import { each, unlessRefused, unlessRefusedForGood } from "../http/answer.ts";
import type { ClientOptions } from "../http/client.ts";
import { splitModel } from "../model_words.ts";
import type { PendingRequest, SessionStatus } from "../transcript/event.ts";
import type { Message } from "../transcript/message.ts";
import {
  type AgentEntry,
  type Provider,
  sessionOf,
  type StoredSession,
  type WireTools,
} from "../wire.ts";
import { parsePermission, parseQuestion } from "./agent_request.ts";
import { parseAskRules } from "./ask_rules.ts";
import { at, Caller, path } from "./caller.ts";
import { parseAgentEntry, parseCommandEntry, parseProviders, parseTemplate } from "./catalog.ts";
import { parseMessage } from "./message.ts";
import { parseSession, parseStatusMap } from "./session.ts";
import { parseEdit, parseFilePatch } from "./tool.ts";
import { toolsV1 } from "./tools.ts";

/** A part of a prompt. A prompt posted again with the same ids is run once. */
export type PromptPart =
  | { id: string; type: "text"; text: string }
  | { id: string; type: "file"; mime: string; url: string; filename?: string };

/** Milliseconds for posting a prompt with its attachments. */
const PROMPT_MS = 60_000;

/**
 * The requests of opencode 1.x. Every method throws what {@linkcode Caller.call} throws; what
 * `Wire` declares is described there.
 */
export class OpencodeApi {
  readonly #caller: Caller;
  readonly tools: WireTools;

  constructor(options: ClientOptions) {
    this.#caller = new Caller(options);
    this.tools = toolsV1(this.#caller);
  }

  createSession(directory: string, signal: AbortSignal): Promise<StoredSession> {
    const path = "/session";
    return this.#caller.call({ method: "POST", directory, path, parse: parseSession, signal });
  }

  session(ref: SessionRef, signal: AbortSignal): Promise<StoredSession | undefined> {
    return unlessRefused(this.#caller.call({ ...at(ref), parse: parseSession, signal }));
  }

  sessions(
    { directory, ...limit }: { readonly directory: string; readonly limit?: number },
    signal: AbortSignal,
  ): Promise<StoredSession[]> {
    const query = { roots: true, ...limit };
    return this.#caller.call({
      directory,
      path: "/session",
      query,
      parse: each(parseSession),
      signal,
    });
  }

  status(directory: string, signal: AbortSignal): Promise<Map<string, SessionStatus>> {
    return this.#caller.call({ directory, path: "/session/status", parse: parseStatusMap, signal });
  }

  messages(
    ref: SessionRef,
    query: { readonly limit?: number },
    signal: AbortSignal,
  ): Promise<Message[]> {
    return this.#caller.call({ ...at(ref, "message"), query, parse: each(parseMessage), signal });
  }

  message(ref: SessionRef, id: string, signal: AbortSignal): Promise<Message | undefined> {
    return unlessRefused(
      this.#caller.call({ ...at(ref, "message", id), parse: parseMessage, signal }),
    );
  }

  /**
   * The requests of aborted turns stay listed. The list of a directory is refused with 400 as long as it has
   * a `webfetch`, `grep` or `glob` whose optional argument is not given (both observed on 1.18.33).
   */
  async requests(directory: string, signal: AbortSignal): Promise<PendingRequest[] | undefined> {
    const ask = (path: string, parse: (json: unknown) => PendingRequest | undefined) =>
      unlessRefusedForGood(this.#caller.call({ directory, path, parse: each(parse), signal }));
    const listed = await Promise.all([
      ask("/permission", parsePermission),
      ask("/question", parseQuestion),
    ]);
    return listed.includes(undefined) ? undefined : listed.flatMap((requests) => requests ?? []);
  }

  /**
   * Posts a prompt; resolves at once. This does not say that the prompt was stored: an unknown model or
   * agent shows up as an event, a broken image as nothing at all (observed on 1.18.33). One attempt: before
   * another, somebody has to ask whether the prompt is stored.
   *
   * @param cancelled See `ClientRequest.cancelled`.
   */
  async prompt(
    run: Run,
    parts: readonly PromptPart[],
    signal: AbortSignal,
    cancelled?: AbortSignal,
  ): Promise<void> {
    const { userMessageId: messageID, model, effort: variant, agent } = run;
    const body = { messageID, parts, model: model && modelRef(model), variant, agent };
    const where = at(sessionOf(run), "prompt_async");
    await this.#caller.post({
      ...where,
      body,
      timeoutMs: PROMPT_MS,
      attempts: 1,
      signal,
      cancelled,
    });
  }

  /**
   * Runs one of opencode's own commands as a turn; resolves when the turn has ended, however long it takes.
   * One attempt: the turn goes on without us when the connection breaks.
   */
  async command(
    run: Run,
    command: { command: string; arguments: string; parts: readonly PromptPart[] },
    signal: AbortSignal,
    cancelled?: AbortSignal,
  ): Promise<void> {
    const { userMessageId: messageID, model, effort: variant, agent } = run;
    const body = { messageID, ...command, model, variant, agent };
    const where = at(sessionOf(run), "command");
    await this.#caller.post({ ...where, body, timeoutMs: 0, signal, cancelled });
  }

  /**
   * Compacts an idle session's context; resolves when that is over, however long it takes, and also when it
   * failed (observed on 1.18.33): the session's messages tell.
   */
  async summarize(
    ref: SessionRef,
    model: string,
    signal: AbortSignal,
    cancelled?: AbortSignal,
  ): Promise<void> {
    const where = at(ref, "summarize");
    await this.#caller.post({ ...where, body: modelRef(model), timeoutMs: 0, signal, cancelled });
  }

  async abort(ref: SessionRef, signal: AbortSignal): Promise<void> {
    await this.#caller.post({ ...at(ref, "abort"), signal });
  }

  async removeMessage(ref: SessionRef, id: string, signal: AbortSignal): Promise<void> {
    await this.#caller.post({ ...at(ref, "message", id), method: "DELETE", signal });
  }

  async revert(ref: SessionRef, messageID: string, signal: AbortSignal): Promise<void> {
    await this.#caller.post({ ...at(ref, "revert"), body: { messageID }, signal });
  }

  async unrevert(ref: SessionRef, signal: AbortSignal): Promise<void> {
    await this.#caller.post({ ...at(ref, "unrevert"), signal });
  }

  async rename(ref: SessionRef, title: string, signal: AbortSignal): Promise<void> {
    await this.#caller.post({ ...at(ref), method: "PATCH", body: { title }, signal });
  }

  fork(
    ref: SessionRef,
    messageID: string | undefined,
    signal: AbortSignal,
  ): Promise<StoredSession> {
    const request = { method: "POST", body: { messageID }, attempts: 1, signal } as const;
    return this.#caller.call({ ...at(ref, "fork"), ...request, parse: parseSession });
  }

  share(ref: SessionRef, isShared: boolean, signal: AbortSignal): Promise<StoredSession> {
    const method = isShared ? "POST" : "DELETE";
    return this.#caller.call({ ...at(ref, "share"), method, parse: parseSession, signal });
  }

  /** They are in its memory, and no request lists them. */
  savedRules(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** Disposes of the directory's instance with its rules. That would end what runs in it. */
  async forgetRules(
    directory: string,
    _ids: readonly string[],
    signal: AbortSignal,
  ): Promise<boolean> {
    if ((await this.status(directory, signal)).size > 0) return false;
    await this.#caller.post({ directory, path: "/instance/dispose", signal });
    return true;
  }

  diff(ref: SessionRef, messageID: string, signal: AbortSignal): Promise<FilePatch[]> {
    const query = { messageID };
    return this.#caller.call({ ...at(ref, "diff"), query, parse: each(parseFilePatch), signal });
  }

  async edits(ref: SessionRef, messageId: string, signal: AbortSignal): Promise<FilePatch[]> {
    const messages = await this.#caller.call({
      ...at(ref, "message"),
      parse: each(parseEdits),
      signal,
    });
    const from = messages.findIndex(({ id }) => id === messageId);
    return from === -1 ? [] : messages.slice(from).flatMap(({ edits }) => edits);
  }

  replyPermission(
    directory: string,
    id: string,
    answer: PermissionReply,
    signal: AbortSignal,
  ): Promise<void> {
    const { reply } = answer;
    const body = reply === "reject" ? { reply, message: answer.reason } : { reply };
    return this.#reply(directory, path("permission", id, "reply"), body, signal);
  }

  replyQuestion(
    directory: string,
    id: string,
    answers: readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<void> {
    return this.#reply(directory, path("question", id, "reply"), { answers }, signal);
  }

  rejectQuestion(directory: string, id: string, signal: AbortSignal): Promise<void> {
    return this.#reply(directory, path("question", id, "reject"), undefined, signal);
  }

  providers(directory: string, signal: AbortSignal): Promise<Provider[]> {
    return this.#caller.call({
      directory,
      path: "/config/providers",
      parse: parseProviders,
      signal,
    });
  }

  agents(directory: string, signal: AbortSignal): Promise<AgentEntry[]> {
    return this.#caller.call({ directory, path: "/agent", parse: each(parseAgentEntry), signal });
  }

  commands(directory: string, signal: AbortSignal): Promise<AgentCommand[]> {
    return this.#caller.call({
      directory,
      path: "/command",
      parse: each(parseCommandEntry),
      signal,
    });
  }

  /** The text of one of opencode's commands; `undefined` if it is not told. */
  async template(
    directory: string,
    name: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const parse = each(parseTemplate);
    const commands = await this.#caller.call({ directory, path: "/command", parse, signal });
    return commands.find((command) => command.name === name)?.template;
  }

  askRules(directory: string, signal: AbortSignal): Promise<string[]> {
    return this.#caller.call({ directory, path: "/config", parse: parseAskRules, signal });
  }

  async #reply(directory: string, path: string, body: unknown, signal: AbortSignal): Promise<void> {
    await this.#caller.post({ directory, path, body, goneAfterDoubt: true, signal });
  }
}

const parseEdits = parser(({ info, parts }) => ({
  id: need(string(object(info).id)),
  edits: list(parts, parseEdit),
}));

function modelRef(model: string): { providerID: string; modelID: string } {
  const { provider: providerID, id: modelID } = splitModel(model);
  return { providerID, modelID };
}
