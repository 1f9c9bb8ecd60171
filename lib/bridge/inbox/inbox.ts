import type { IncomingMessage, SavedFile } from "../../model/message.ts";
import type { Work } from "../../model/turn.ts";
import type { PastMessage } from "../../model/past_message.ts";
import { conversationKey } from "../../model/place.ts";
import type { Chat } from "../../model/ports.ts";
import { agentTexts } from "../../texts/agent.ts";
import {
  askedFor,
  type ContextOptions,
  contextText,
  forwardFile,
  paragraphs,
  quoteFile,
  requestText,
} from "./context.ts";
import { limitPrompt } from "./limit_prompt.ts";
import type { Services } from "../services.ts";
import { hearRecordings } from "../voice/hear_recordings.ts";
import { type LoadedFiles, loadFiles, type LoadOptions } from "./load_files.ts";
import {
  attachmentsOf,
  filesOf,
  hasHidden,
  isForward,
  isUnread,
  isWordless,
  known,
  readReferences,
  type ReferenceOptions,
  type References,
} from "./references.ts";

/** What {@linkcode readMessage} needs. */
export interface InboxOptions
  extends ReferenceOptions, Omit<LoadOptions, "chat">, Pick<Services, "transcriber"> {
  readonly chat: Pick<
    Chat,
    "download" | "readMessage" | "readTopic" | "missingScope" | "isSupported"
  >;
  /** Whether all context goes into files, as the text is the argument of a command. */
  readonly isCommand?: boolean;
}

/** The content of a message. */
export interface MessageContent {
  /** The prompt for the agent; empty if the message has none yet. */
  readonly prompt: string;
  /** Files for the agent, with this prompt or the next. */
  readonly files: readonly SavedFile[];
  /** What the sender is to be told: what could not be read or was not understood. May be empty. */
  readonly reply: string;
  /** Whether the files wait for a text that says what to do with them. */
  readonly waits?: true;
  /** The id of a message that this one comments on and brings along, so that it need not wait for a comment. */
  readonly commentOf?: string;
  /** What was said in the group since the bot was last addressed, marked as context. */
  readonly said?: string;
  /** What was said before in the topic, if it was wanted and need not be read again. It may be nothing. */
  readonly topic?: NonNullable<Work["topic"]>;
}

/**
 * Reads the content of a message: its text, its attachments, and what it refers to. What cannot be read or
 * loaded is reported in the reply, and to the agent; the rest is still used. Of a very long text, the prompt is
 * the beginning, and a file has all of it.
 */
export async function readMessage(
  message: IncomingMessage,
  options: InboxOptions,
  signal: AbortSignal,
): Promise<MessageContent> {
  const { texts, chat } = options;
  if (!chat.isSupported(message.type)) {
    return { prompt: "", files: [], reply: texts.unsupported(message.type) };
  }
  const all = await readReferences(message, options, signal);
  const commented = commentedBy(message, all, options);
  const brought = commented && await readForward(message, commented, options, signal);
  const { quote: _, ...others } = all;
  const references: References = brought ? others : all;
  const owner = { messageId: message.messageId, conversation: conversationKey(message) };
  const own = isForward(message) ? [] : message.attachments;
  const { wanted, tooMany } = filesOf(references);
  const files = await loadFiles(
    [
      ...own.map((attachment) => ({ messageId: message.messageId, attachment })),
      // What was to wait is kept for another comment if this one does not reach the agent.
      ...wanted.map((one) =>
        one.messageId === commented?.messageId
          ? { ...one, owner: { ...owner, messageId: one.messageId } }
          : one
      ),
    ],
    owner,
    options,
    signal,
  );
  const loaded = await hearRecordings(wanted, files, options, signal);
  const problems = [...loaded.problems, ...unreadProblems(references, options)];
  if (tooMany > 0) problems.push(texts.filesLeftOut(tooMany));
  const context = { ...options, ...loaded, loaded, asker: message.sender, owner };
  const content = await compose(message, references, context);
  const replies = [brought?.reply ?? "", ...problems, content.reply];
  return await limitPrompt({
    ...content,
    files: [...brought?.files ?? [], ...content.files],
    ...(commented && { commentOf: commented.messageId }),
    reply: replies.filter((line) => line !== "").join("\n"),
  }, context);
}

/** Reads a quoted forward as if it had come right before its comment; `undefined` if it brings no files. */
async function readForward(
  { text, rootId: _, parentId: _parent, ...message }: IncomingMessage,
  { messageId, type, attachments }: PastMessage,
  options: InboxOptions,
  signal: AbortSignal,
): Promise<MessageContent | undefined> {
  if (text === "" || !isForward({ type })) return undefined;
  const commented = { ...message, messageId, type, text: "", attachments };
  const content = await readMessage(commented, { ...options, wantsTopic: false }, signal);
  return content.files.length > 0 ? content : undefined;
}

/** The quoted message, if its sender is the same and it says nothing itself, so that it waits for a comment. */
function commentedBy(
  { sender }: IncomingMessage,
  references: References,
  { chat }: Pick<InboxOptions, "chat">,
): PastMessage | undefined {
  const quote = known(references.quote);
  if (quote?.author.id !== sender || !chat.isSupported(quote.type)) return undefined;
  // What somebody has said runs by itself.
  if (quote.type === "audio") return undefined;
  return isWordless(quote) ? quote : undefined;
}

/** What to tell the sender about what could not be read. */
function unreadProblems(
  { forward, quote, topic }: References,
  { texts }: Pick<InboxOptions, "texts">,
): string[] {
  const read = [known(forward), known(quote), ...known(topic)?.messages ?? []];
  return [
    isUnread(forward) && texts.forwardUnread(forward.why),
    isUnread(quote) && texts.quoteUnread(quote.why),
    isUnread(topic) && texts.topicUnread(topic.why),
    known(quote)?.missing === "recalled" && texts.quoteRecalled,
    read.some((one) => one !== undefined && hasHidden(one)) && texts.contentHidden,
  ].filter((line) => line !== false);
}

interface Composing extends InboxOptions, ContextOptions {
  readonly loaded: LoadedFiles;
}

/** Puts the content of a message together from what was read. */
async function compose(
  message: IncomingMessage,
  references: References,
  options: Composing,
): Promise<MessageContent> {
  const { texts, loaded, isCommand } = options;
  const { text } = message;
  const { quote } = references;
  if (isWordless(message)) return await composeWaiting(references, options);
  const { files } = loaded;
  if (text !== "" && isCommand) {
    // The prompt of a command is its arguments.
    const quoted = quote === undefined ? [] : [await quoteFile(quote, options)];
    return { prompt: text, files: [...files, ...quoted], reply: "" };
  }
  if (text !== "") {
    const quoted = quote === undefined ? undefined : await contextText({ quote }, options);
    const words = paragraphs(quoted?.text ?? "", text, ...failedFiles(message, loaded));
    return await withTopic(words, quoted?.files ?? [], message, references, options);
  }
  const asked = askedFor(references, message.rootId);
  if (asked?.author.isThisBot && await options.isNotice?.(asked.messageId)) {
    return { prompt: "", files, reply: texts.noticeQuoted };
  }
  const request = asked === undefined ? "" : requestText(asked, options);
  if (request !== "") return await withTopic(request, [], message, references, options);
  const isSaid = loaded.problems.length + unreadProblems(references, options).length > 0;
  return { prompt: "", files, reply: isSaid ? "" : texts.emptyMessage };
}

/** A prompt with its files, and what was said before in the topic. */
async function withTopic(
  words: string,
  more: readonly SavedFile[],
  { text, rootId }: IncomingMessage,
  { quote, topic }: References,
  options: Composing,
): Promise<MessageContent> {
  const { loaded, wantsTopic } = options;
  const messages = known(topic)?.messages ?? [];
  // Then the first message of the topic is the request.
  const isFirstAsked = text === "" && quote === undefined;
  const isAll = isFirstAsked && messages.length < 2;
  const told = await contextText(topic === undefined || isAll ? {} : { topic }, options);
  const isTopicOver = isUnread(topic) ? !topic.isForNow : topic !== undefined || !rootId;
  if (!wantsTopic || !isTopicOver) {
    const files = [...loaded.files, ...told.files, ...more];
    return { prompt: paragraphs(told.text, words), files, reply: "" };
  }
  const before = isFirstAsked ? messages.slice(1) : messages;
  const quoted = known(quote);
  const isQuoted = new Set(quoted && attachmentsOf(quoted).map(({ key }) => key));
  const names = new Set(
    before.flatMap(attachmentsOf).filter(({ key }) => !isQuoted.has(key))
      .map(({ key }) => loaded.names.get(key)),
  );
  const { past = [], own = [] } = Object.groupBy(
    loaded.files,
    ({ name }) => names.has(name) ? "past" : "own",
  );
  return {
    prompt: words,
    files: [...own, ...more],
    reply: "",
    topic: { text: told.text, files: [...past, ...told.files] },
  };
}

/** What waits for a text that says what to do with it: files, a forwarded chat or card, and a quote with them. */
async function composeWaiting(
  references: References,
  options: Composing,
): Promise<MessageContent> {
  const { texts, loaded } = options;
  const forward = known(references.forward);
  // A forwarded chat that the chat platform does not show has nothing to give.
  const isShown = forward !== undefined && !(forward.missing && forward.type === "merge_forward");
  const files = [...loaded.files];
  if (isShown) {
    const label = texts.forwardedMessages(forward.forwards.length);
    files.unshift({ ...await forwardFile(forward, options), label });
  }
  if (files.length === 0) return { prompt: "", files, reply: "" };
  if (references.quote !== undefined) {
    files.push({ ...await quoteFile(references.quote, options), label: "" });
  }
  return { prompt: "", files, reply: "", waits: true };
}

/** For the agent: which of the message's own attachments could not be loaded. */
function failedFiles(
  { attachments }: IncomingMessage,
  { names, failed }: LoadedFiles,
): string[] {
  return attachments.filter(({ key }) => failed.has(key)).map(({ kind, key }) =>
    agentTexts.placeholder(kind, agentTexts.notLoaded(names.get(key) ?? kind))
  );
}
