import { Serial } from "../../base/waiting/serial.ts";
import { summaryLine } from "../../base/text.ts";
import type { ConversationRecord } from "../../model/conversation.ts";
import type { Place } from "../../model/place.ts";
import type {
  AskAgent,
  ListChats,
  ListedChat,
  RefusedReply,
  ScriptRefusal,
  ScriptReply,
  ScriptRequest,
  SendMessage,
  UnclearChat,
} from "../../model/script.ts";
import type { AskSummary } from "../asks/ask.ts";
import type { Committer, Effects } from "../effects.ts";
import { limitPrompt } from "../inbox/limit_prompt.ts";
import type { Services } from "../services.ts";
import { type KnownChat, KnownChats, type KnownChatsOptions } from "./known_chats.ts";
import { resolveChat } from "./resolve_chat.ts";
import { remembered, type ScriptMarks, scriptMarks } from "./script_ids.ts";
import { scriptRows } from "./script_message.ts";
import { scriptPerson } from "./script_person.ts";
import { scriptTarget } from "./script_target.ts";
import { waitForAnswer } from "./wait_for_answer.ts";

/** A conversation that scripts write into. */
export interface ScriptConversation extends Committer {
  readonly record: ConversationRecord;
  readonly mailbox: { run(work: () => Promise<void>): Promise<void> };
  /** What the chat is asked. */
  readonly asks: { readonly summaries: readonly AskSummary[] };
}

/** What a {@linkcode ScriptDesk} needs. */
export interface ScriptDeskOptions
  extends KnownChatsOptions, Pick<Services, "settings" | "chat" | "fileSpace" | "admission"> {
  readonly languages: Pick<Services["languages"], "textsOf">;
  /** Opens the conversation of a chat or topic. */
  readonly open: (place: Place) => Promise<ScriptConversation>;
}

/** How old the names of chats may be when one is looked for, in milliseconds. */
const NAMES_MS = 10 * 60_000;

/**
 * Answers the scripts of this machine. What it says is accepted is in the ledger; a request that is repeated with
 * the same id acts once.
 */
export class ScriptDesk {
  readonly #options: ScriptDeskOptions;
  readonly #chats: KnownChats;
  /** Accepts one request at a time, so that one that is repeated at once finds the first. */
  readonly #accepting = new Serial();

  constructor(options: ScriptDeskOptions) {
    this.#options = options;
    this.#chats = new KnownChats(options);
  }

  /** Answers a request; `reply` sends what is not the last of it. */
  async answer(
    request: ScriptRequest,
    reply: (reply: ScriptReply) => void,
    signal: AbortSignal,
  ): Promise<ScriptReply> {
    if (request.kind === "chats") return await this.#list(request, signal);
    const chat = await this.#find(request.chat, signal);
    if ("matches" in chat) return chat;
    const conversation = await this.#options.open(chat.place);
    const refusal = await this.#accept(request, conversation, signal);
    if (typeof refusal === "object") return refusal;
    const isRepeated = refusal === "repeated";
    const accepted: ScriptReply = { kind: "accepted", chat: listed(chat), isRepeated };
    if (request.kind === "send") return accepted;
    reply(accepted);
    return await waitForAnswer(request.id, {
      ...this.#options,
      conversation: conversation.record.key,
      reply,
      signal,
      asked: () => conversation.asks.summaries,
    });
  }

  async #list({ chat }: ListChats, signal: AbortSignal): Promise<ScriptReply> {
    const { chats, missing } = await this.#chats.list(0, signal);
    if (chat === undefined) return { kind: "chats", chats: chats.map(listed), missing };
    const found = resolveChat(chat, chats);
    if ("matches" in found) return unclear(found, missing);
    return { kind: "chats", chats: [listed(found)], missing };
  }

  /** The chat that is meant. Before a name counts as unknown, the names are read again. */
  async #find(typed: string, signal: AbortSignal): Promise<KnownChat | UnclearChat> {
    const ages = /^o[cmu]\w*_/.test(typed) ? [Infinity, NAMES_MS, 0] : [NAMES_MS, 0];
    let unknown: UnclearChat = { kind: "unclear", matches: [] };
    for (const age of ages) {
      const { chats, missing } = await this.#chats.list(age, signal);
      const found = resolveChat(typed, chats);
      if (!("matches" in found)) return found;
      unknown = unclear(found, missing);
    }
    return unknown;
  }

  /** Stores a request, unless that is done. Of requests with the same id, only the first is stored. */
  async #accept(
    request: SendMessage | AskAgent,
    conversation: ScriptConversation,
    signal: AbortSignal,
  ): Promise<"new" | "repeated" | RefusedReply> {
    const { log } = this.#options;
    const marks = scriptMarks(request, conversation.record.key);
    const before = await this.#before(marks);
    if (before !== undefined) return before;
    const effects = request.kind === "send"
      ? await this.#message(request, conversation.record, marks, signal)
      : await this.#prompt(request, conversation, marks, signal);
    if ("why" in effects) return effects;
    return await this.#accepting.run(async () => {
      const before = await this.#before(marks);
      if (before !== undefined) return before;
      signal.throwIfAborted();
      // The conversation is stored, too: it may be new.
      await conversation.commit({ ...effects, happened: remembered(marks), update: same });
      const { kind, text } = request;
      log.info(`script: ${kind} in ${conversation.record.key}: ${summaryLine(text, 200)}`);
      return "new";
    });
  }

  /** What became of an earlier request with the same id. */
  async #before({ used, same }: ScriptMarks): Promise<"repeated" | RefusedReply | undefined> {
    const { store } = this.#options;
    if (!await store.happened(used)) return undefined;
    return await store.happened(same) ? "repeated" : refused("other id");
  }

  async #message(
    request: SendMessage,
    record: ConversationRecord,
    { key }: ScriptMarks,
    signal: AbortSignal,
  ): Promise<Effects | RefusedReply> {
    const target = await scriptTarget(record, this.#options.chat, signal);
    if (target === undefined) return refused("no topic");
    const options = { ...this.#options, conversation: record.key, target, key };
    const rows = await scriptRows(request, options);
    return rows === undefined ? refused("no room") : { rows };
  }

  async #prompt(
    { id, text }: AskAgent,
    conversation: ScriptConversation,
    { key }: ScriptMarks,
    signal: AbortSignal,
  ): Promise<Effects | RefusedReply> {
    const { admission, chat, fileSpace, languages } = this.#options;
    const { record } = conversation;
    const sender = scriptPerson(record, admission);
    if (sender === undefined) return refused("nobody");
    const target = await scriptTarget(record, chat, signal);
    if (target === undefined) return refused("no topic");
    const owner = { messageId: key, conversation: record.key };
    const { prompt, files } = await limitPrompt(
      { prompt: text, files: [], reply: "" },
      { owner, fileSpace, names: new Map(), texts: languages.textsOf(record.key) },
    );
    const work = { text: prompt, ...(files.length > 0 && { files }) };
    // What an earlier run of the program has left goes first.
    await conversation.mailbox.run(() => Promise.resolve());
    return { enqueue: [{ work, sender, messageId: "", target, script: id }] };
  }
}

function refused(why: ScriptRefusal): RefusedReply {
  return { kind: "refused", why };
}

function same(record: ConversationRecord): ConversationRecord {
  return record;
}

/** @param missing The scopes without which the chat that is meant may have no name here. */
function unclear({ matches, ...more }: UnclearChat, missing: readonly string[]): UnclearChat {
  const isUnknown = matches.length === 0 && missing.length > 0;
  return { ...more, matches: matches.map(listed), ...(isUnknown && { missing }) };
}

function listed({ id, kind, name, chat, person, directory, session }: ListedChat): ListedChat {
  return {
    id,
    kind,
    name,
    chat,
    ...(person !== undefined && { person }),
    ...(directory !== undefined && { directory }),
    ...(session !== undefined && { session }),
  };
}
