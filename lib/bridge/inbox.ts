import { join } from "@std/path";
import { safeName } from "../base/safe_name.ts";
import type { IncomingMessage, SavedFile } from "../model/message.ts";
import type { PastMessage } from "../model/past_message.ts";
import type { Chat } from "../model/ports.ts";
import { agentTexts } from "../texts/agent.ts";
import { forwardFile, quoteFile, requestText, textFile, withContext } from "./context.ts";
import { type LoadedFiles, loadFiles } from "./load_files.ts";
import {
  filesOf,
  hasHidden,
  isForward,
  isUnread,
  readReferences,
  type ReferenceOptions,
  type References,
} from "./references.ts";
import type { BridgeSettings } from "./settings.ts";

/** What {@linkcode readMessage} needs. */
export interface InboxOptions extends ReferenceOptions {
  readonly settings: Pick<BridgeSettings, "filesDir">;
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
  /** What waits for a text that says what to do with it, for the sender. */
  readonly waits?: string;
  /** The id of a message that this is the comment of and brings with it, so that it need not wait for one. */
  readonly commentOf?: string;
  /** Whether it was wanted what was said before in the topic, and the prompt brings it, if there is anything. */
  readonly hasTopic?: boolean;
}

/**
 * How many bytes of a prompt, as JSON, go to the agent directly; the rest is in a file. A prompt is stored in
 * one step, for which Deno KV takes 800 KB.
 */
const MAX_PROMPT_BYTES = 256 * 1024;

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
  const { texts, chat, settings } = options;
  if (!chat.isSupported(message.type)) {
    return { prompt: "", files: [], reply: texts.unsupported(message.type) };
  }
  const references = await readReferences(message, options, signal);
  const directory = join(settings.filesDir, safeName(message.messageId));
  const own = isForward(message) ? [] : message.attachments;
  const { wanted, tooMany } = filesOf(references);
  const loaded = await loadFiles(
    [...own.map((attachment) => ({ messageId: message.messageId, attachment })), ...wanted],
    directory,
    options,
    signal,
  );
  const problems = [...loaded.problems, ...unreadProblems(references, options)];
  if (tooMany > 0) problems.push(texts.filesLeftOut(tooMany));
  const content = await compose(message, references, { ...options, loaded, directory });
  const commented = commentedBy(message, references);
  return await limited({
    ...content,
    ...(commented && { commentOf: commented.messageId }),
    reply: [...problems, content.reply].filter((line) => line !== "").join("\n"),
  }, { ...options, ...loaded, directory });
}

/** The quoted message, if its sender is the same and it says nothing itself, so that it waits for a comment. */
function commentedBy(
  { sender }: IncomingMessage,
  { quote }: References,
): PastMessage | undefined {
  if (quote === undefined || isUnread(quote) || quote.author.id !== sender) return undefined;
  const isWordless = quote.text === "" && quote.attachments.length > 0;
  return isWordless || isForward(quote) ? quote : undefined;
}

/** What to tell the sender about what could not be read. */
function unreadProblems(
  { forward, quote, topic }: References,
  { texts }: Pick<InboxOptions, "texts">,
): string[] {
  const problems = [
    isUnread(forward) && texts.forwardUnread(forward.why),
    isUnread(quote) && texts.quoteUnread(quote.why),
    isUnread(topic) && texts.topicUnread(topic.why),
    quote !== undefined && !isUnread(quote) && quote.missing === "recalled" && texts.quoteRecalled,
  ];
  const read = [forward, quote, ...(topic && !isUnread(topic) ? topic.messages : [])];
  const isHidden = read.some((one) => one !== undefined && !isUnread(one) && hasHidden(one));
  return [...problems, isHidden && texts.cardHidden].filter((line) => line !== false);
}

interface Composing extends InboxOptions {
  readonly loaded: LoadedFiles;
  readonly directory: string;
}

/** Puts the content of a message together from what was read. */
async function compose(
  message: IncomingMessage,
  references: References,
  options: Composing,
): Promise<MessageContent> {
  const { texts, loaded, isCommand } = options;
  const { text } = message;
  const { forward, quote, topic } = references;
  const files = [...loaded.files];
  const naming = { ...loaded, asker: message.sender, directory: options.directory };
  const hasOwn = files.length > 0 && !isForward(message) && message.attachments.length > 0;
  if (forward !== undefined || (text === "" && hasOwn)) {
    const labels = files.map(({ name }) => name);
    if (forward !== undefined && !isUnread(forward)) {
      files.unshift(await forwardFile(forward, naming));
      labels.unshift(texts.forwardedMessages(forward.forwards.length));
    }
    // The quote waits with them.
    if (quote !== undefined) files.push(...await quoteFile(quote, naming));
    const waits = files.length > 0 ? texts.gotFiles(labels.join(", ")) : "";
    return { prompt: "", files, reply: "", ...(waits && { waits }) };
  }
  if (text !== "" && isCommand) {
    // The prompt of a command is its arguments.
    if (quote !== undefined) files.push(...await quoteFile(quote, naming));
    return { prompt: text, files, reply: "" };
  }
  const isTopicRead = topic === undefined ? message.rootId === undefined : !isForNow(topic);
  const hasTopic = options.wantsTopic === true && isTopicRead;
  if (text !== "") {
    const words = [text, ...failedFiles(message, loaded)].join("\n\n");
    return { prompt: await withContext(words, references, naming), files, reply: "", hasTopic };
  }
  const prompt = await requestText(references, naming);
  const isSaid = loaded.problems.length + unreadProblems(references, options).length > 0;
  return { prompt, files, reply: prompt === "" && !isSaid ? texts.emptyMessage : "", hasTopic };
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

function isForNow(topic: NonNullable<References["topic"]>): boolean {
  return isUnread(topic) && topic.isForNow;
}

/** Puts a prompt that is too long for one step of the store into a file. */
async function limited(
  content: MessageContent,
  options: Pick<InboxOptions, "texts"> & Pick<LoadedFiles, "names"> & {
    readonly directory: string;
  },
): Promise<MessageContent> {
  const { prompt, files, reply } = content;
  const beginning = fittingStart(prompt);
  if (beginning === prompt) return content;
  const bytes = new TextEncoder().encode(prompt).length;
  const file = await textFile("message.md", prompt, options);
  const notice = options.texts.messageTooLong(Math.ceil(bytes / 1024));
  return {
    ...content,
    prompt: `${agentTexts.longMessage(bytes, file.path)}\n\n${beginning}`,
    files: [...files, file],
    reply: reply === "" ? notice : `${reply}\n${notice}`,
  };
}

/** The beginning of a text that fits into a prompt, or all of it. */
function fittingStart(text: string): string {
  const size = (part: string) => new TextEncoder().encode(JSON.stringify(part)).length;
  if (text.length * 6 <= MAX_PROMPT_BYTES || size(text) <= MAX_PROMPT_BYTES) return text;
  let end = Math.min(text.length, MAX_PROMPT_BYTES);
  while (size(text.slice(0, end)) > MAX_PROMPT_BYTES) end = Math.floor(end * 0.8);
  return text.slice(0, end).toWellFormed();
}
