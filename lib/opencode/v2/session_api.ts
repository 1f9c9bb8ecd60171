import { type JsonObject, list, need, number, object, parser, string } from "../../base/json.ts";
import type { SessionRef } from "../../model/session.ts";
import type { FilePatch } from "../../model/tool_call.ts";
import { sessionId } from "../ids.ts";
import { each, unlessRefused } from "../http/answer.ts";
import { refused } from "../http/request.ts";
import { splitModel } from "../model_words.ts";
import type { SessionStatus } from "../transcript/event.ts";
import type { Message } from "../transcript/message.ts";
import type { StoredSession } from "../wire.ts";
import { at, data } from "./caller.ts";
import { LocationApi } from "./location_api.ts";
import { parseMessages } from "./message.ts";
import { parseActive, parseSession } from "./session.ts";
import { parseCall, parseFilePatch, patchesOf } from "./tool.ts";

/** What waits in a session's inbox. */
export interface InboxItem {
  readonly id: string;
  /** `user`, `synthetic`, `compaction`, … */
  readonly kind: string;
  /** When it was put in, in milliseconds since 1970 on the server's clock. */
  readonly created: number;
}

/** A page of messages, newest first. */
interface Page {
  readonly items: readonly unknown[];
  /** How to ask for older ones. */
  readonly next: string | undefined;
}

/** The most messages, or sessions, that opencode gives at once. */
const MAX_PAGE = 200;
/** Lines around a change in a diff; without a number it is the whole file. */
const CONTEXT = 3;
/** How many of the newest messages are searched for a model. */
const LAST_STEPS = 10;
/** Milliseconds for posting a prompt with its attachments. */
const PROMPT_MS = 60_000;

/**
 * The requests of opencode 2.0.4 and later about a session, which finds its directory by itself. Every method
 * throws what {@linkcode Caller.call} throws; what `Wire` declares is described there.
 */
export class SessionApi extends LocationApi {
  /** With an id of ours, a session whose answer got lost is not made twice. */
  createSession(directory: string, signal: AbortSignal): Promise<StoredSession> {
    const body = { id: sessionId(), location: { directory } };
    const parse = data(parseSession);
    return this.caller.call({ method: "POST", path: "/api/session", body, parse, signal });
  }

  /** The session with the model of its last step, where none was chosen. */
  async session(ref: SessionRef, signal: AbortSignal): Promise<StoredSession | undefined> {
    const session = await this.chosen(ref, signal);
    if (session === undefined || session.model !== undefined) return session;
    const messages = await this.messages(ref, { limit: LAST_STEPS }, signal);
    const models = messages.map(({ info }) => info.model);
    const model = models.findLast((model) => model !== undefined);
    return { ...session, ...(model !== undefined && { model }) };
  }

  /** The session with what was chosen for it; `undefined` when it is lost. */
  chosen(ref: SessionRef, signal: AbortSignal): Promise<StoredSession | undefined> {
    return unlessRefused(this.caller.call({ path: at(ref), parse: data(parseSession), signal }));
  }

  sessions(
    { directory, limit = MAX_PAGE }: { readonly directory: string; readonly limit?: number },
    signal: AbortSignal,
  ): Promise<StoredSession[]> {
    const query = { directory, parentID: "null", limit: Math.min(limit, MAX_PAGE), order: "desc" };
    return this.caller.call({
      path: "/api/session",
      query,
      parse: data(each(parseSession)),
      signal,
    });
  }

  /** Those of all directories, since it names none. */
  status(_directory: string, signal: AbortSignal): Promise<ReadonlyMap<string, SessionStatus>> {
    return this.caller.call({ path: "/api/session/active", parse: data(parseActive), signal });
  }

  async messages(
    ref: SessionRef,
    { limit = Infinity }: { readonly limit?: number },
    signal: AbortSignal,
  ): Promise<Message[]> {
    let items: unknown[] = [];
    let messages: Message[] = [];
    // What is left out does not count: whoever gets fewer than asked for takes them for all.
    let cursor: string | undefined;
    for (;;) {
      const page = await this.#page(ref, cursor, Math.min(limit, MAX_PAGE), signal);
      items = [...page.items.toReversed(), ...items];
      messages = this.reader.readMessages(items, ref);
      cursor = page.next;
      if (messages.length >= limit || cursor === undefined) {
        return messages.slice(-limit);
      }
    }
  }

  async message(ref: SessionRef, id: string, signal: AbortSignal): Promise<Message | undefined> {
    const parse = data((item) =>
      parseMessages([item], { sessionId: ref.id, directory: ref.directory })
    );
    const found = await unlessRefused(
      this.caller.call({ path: at(ref, "message", id), parse, signal }),
    );
    return found?.[0];
  }

  /** Stores a prompt for its turn; resolves when it is stored. The same one again is stored once. */
  async prompt(
    ref: SessionRef,
    body: JsonObject,
    signal: AbortSignal,
    cancelled?: AbortSignal,
  ): Promise<void> {
    const options = { timeoutMs: PROMPT_MS, attempts: 1, signal, cancelled };
    await this.caller.post(at(ref, "prompt"), body, options);
  }

  /**
   * Runs one of opencode's own commands; resolves when its prompt is stored, if it has one. It is run again
   * when it is posted again.
   */
  async command(
    ref: SessionRef,
    body: JsonObject,
    signal: AbortSignal,
    cancelled?: AbortSignal,
  ): Promise<void> {
    await this.caller.post(at(ref, "command"), body, { timeoutMs: 0, signal, cancelled });
  }

  /** Asks for a compaction; resolves when that is stored. The same one again is stored once. */
  async compact(
    ref: SessionRef,
    id: string,
    signal: AbortSignal,
    cancelled?: AbortSignal,
  ): Promise<void> {
    await this.caller.post(at(ref, "compact"), { id, delivery: "queue" }, { signal, cancelled });
  }

  /** Chooses the model, or the agent, of the session's next turns. A name that is not known is taken too. */
  async choose(
    ref: SessionRef,
    what: { readonly model: string; readonly effort?: string | undefined } | {
      readonly agent: string;
    },
    signal: AbortSignal,
  ): Promise<void> {
    if ("agent" in what) return await this.caller.post(at(ref, "agent"), what, { signal });
    const { provider: providerID, id } = splitModel(what.model);
    const body = { model: { providerID, id, variant: what.effort } };
    await this.caller.post(at(ref, "model"), body, { signal });
  }

  /** What waits in the session's inbox. */
  inbox(ref: SessionRef, signal: AbortSignal): Promise<InboxItem[]> {
    const parse = data(each(parseInboxItem));
    return this.caller.call({ path: at(ref, "inbox"), parse, signal });
  }

  /** Takes something out of the inbox; returns whether it was there still. */
  async withdraw(ref: SessionRef, id: string, signal: AbortSignal): Promise<boolean> {
    return await this.caller.remove(at(ref, "inbox", id), { signal });
  }

  /** What is queued would stay, and run with the next prompt. It is dropped first, so that nothing begins. */
  async abort(ref: SessionRef, signal: AbortSignal): Promise<void> {
    const waiting = await unlessRefused(this.inbox(ref, signal)) ?? [];
    for (const { id, kind } of waiting) {
      if (kind === "user" || kind === "compaction") await this.withdraw(ref, id, signal);
    }
    await unlessRefused(this.caller.post(at(ref, "interrupt"), undefined, { signal }));
  }

  async removeMessage(ref: SessionRef, id: string, signal: AbortSignal): Promise<void> {
    if (await this.withdraw(ref, id, signal)) return;
    const stored = await this.message(ref, id, signal);
    // Only a prompt is read again by the model.
    if (stored?.parts.some(({ type }) => type === "text") !== true) return;
    await this.caller.post(at(ref, "revert", "stage"), { messageID: id, files: false }, { signal });
    await this.caller.post(at(ref, "revert", "commit"), undefined, { signal });
  }

  async revert(ref: SessionRef, messageID: string, signal: AbortSignal): Promise<void> {
    await this.caller.post(at(ref, "revert", "stage"), { messageID, files: true }, { signal });
  }

  async unrevert(ref: SessionRef, signal: AbortSignal): Promise<void> {
    const request = { method: "DELETE", path: at(ref, "revert"), parse: () => true } as const;
    await this.caller.call({ ...request, signal });
  }

  async rename(ref: SessionRef, title: string, signal: AbortSignal): Promise<void> {
    const request = { method: "PATCH", path: at(ref), body: { title }, parse: () => true } as const;
    await this.caller.call({ ...request, signal });
  }

  fork(
    ref: SessionRef,
    before: string | undefined,
    signal: AbortSignal,
  ): Promise<StoredSession> {
    const request = { method: "POST", path: at(ref, "fork"), body: { before } } as const;
    return this.caller.call({ ...request, parse: data(parseSession), attempts: 1, signal });
  }

  /** There is no request for it (2.0.26). */
  share(): Promise<never> {
    const name = "POST /api/session/:id/share";
    return Promise.reject(refused("2.x does not publish sessions", "cannot-share", name));
  }

  diff(ref: SessionRef, messageId: string, signal: AbortSignal): Promise<FilePatch[]> {
    const query = { from: messageId, context: CONTEXT };
    const parse = data(each(parseFilePatch));
    return this.caller.call({ path: at(ref, "diff"), query, parse, signal });
  }

  async edits(ref: SessionRef, messageId: string, signal: AbortSignal): Promise<FilePatch[]> {
    const found: unknown[] = [];
    let cursor: string | undefined;
    for (;;) {
      const page = await this.#page(ref, cursor, MAX_PAGE, signal);
      const end = page.items.findIndex((item) => object(item).id === messageId);
      found.push(...page.items.slice(0, end === -1 ? undefined : end));
      cursor = page.next;
      if (end !== -1) break;
      if (cursor === undefined) return [];
    }
    const calls = found.toReversed().flatMap((item) => list(object(item).content, parseCall));
    return calls.flatMap(patchesOf);
  }

  /** A page of messages; opencode takes no order beside a cursor. */
  async #page(
    ref: SessionRef,
    cursor: string | undefined,
    limit: number,
    signal: AbortSignal,
  ): Promise<Page> {
    const query = cursor === undefined ? { order: "desc", limit } : { cursor, limit };
    const page = await this.caller.call({
      path: at(ref, "message"),
      query,
      parse: parsePage,
      signal,
    });
    // The last one may have a cursor too (observed).
    return page.items.length < limit ? { ...page, next: undefined } : page;
  }
}

const parsePage = parser(({ data, cursor }): Page | undefined => {
  if (!Array.isArray(data)) return undefined;
  return { items: data, next: string(object(cursor).next) };
});

const parseInboxItem = parser((item): InboxItem => ({
  id: need(string(item.id)),
  kind: string(item.type) ?? "",
  created: number(object(item.time).created) ?? 0,
}));
