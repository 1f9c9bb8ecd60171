/** What a message refers to, as the agent reads it: marked as context, and short in the prompt. */
import type { SavedFile } from "../../model/message.ts";
import type { PastMessage } from "../../model/past_message.ts";
import type { FileOwner, FileSpace } from "../../store/files/file_space.ts";
import { agentTexts } from "../../texts/agent.ts";
import { authorName, pastText, type PastTextOptions, timeOf, transcript } from "./past_text.ts";
import { freeName } from "./free_name.ts";
import { isUnread, known, type References, type Topic, type Unread } from "./references.ts";

/** What context needs. */
export interface ContextOptions extends PastTextOptions {
  /** The message whose files they are. */
  readonly owner: FileOwner;
  readonly fileSpace: FileSpace;
}

/** How many characters of one thing that a message refers to are in the prompt. All of it is then in a file. */
const MAX_CHARS = 20_000;

/** What a message refers to, as text; what is too long for that is in files as well. */
export interface ContextText {
  readonly text: string;
  readonly files: readonly SavedFile[];
}

/** What was quoted, and what was said before, marked as context; empty if there is nothing. */
export async function contextText(
  { quote, topic }: References,
  options: ContextOptions,
): Promise<ContextText> {
  const blocks = [
    topic === undefined ? NOTHING : await topicBlock(topic, options),
    quote === undefined ? NOTHING : await quoteBlock(quote, options),
  ];
  return {
    text: paragraphs(...blocks.map(({ text }) => text)),
    files: blocks.flatMap(({ files }) => files),
  };
}

const NOTHING: ContextText = { text: "", files: [] };

/** Texts with blank lines between them. */
export function paragraphs(...texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join("\n\n");
}

/** What a message without a word of its own asks for: what it quotes, or else what its topic began with. */
export function askedFor(
  { quote, topic }: References,
  rootId: string | undefined,
): PastMessage | undefined {
  const [first] = known(topic)?.messages ?? [];
  const asked = quote === undefined ? first : known(quote);
  const isWanted = quote !== undefined || first?.messageId === rootId;
  return isWanted && asked?.missing !== "recalled" ? asked : undefined;
}

/** The prompt that another message is; empty if it says nothing. */
export function requestText(asked: PastMessage, options: PastTextOptions): string {
  const words = pastText(asked, options);
  if (words === "") return "";
  return `${agentTexts.request(authorName(asked, options.asker), timeOf(asked))}\n${words}`;
}

/** A file with the messages that a message forwards, or with the card that was forwarded. */
export async function forwardFile(
  forward: PastMessage,
  options: ContextOptions,
): Promise<SavedFile> {
  const isChat = forward.type === "merge_forward";
  const text = isChat ? transcript(forward.forwards, options) : pastText(forward, options);
  const name = isChat ? "forwarded-chat.md" : "forwarded-card.md";
  return await textFile(name, `${agentTexts.forwardedChat}\n\n${text}\n`, options);
}

/** A file with a quoted message, for a message whose text is no prompt. */
export async function quoteFile(
  quote: PastMessage | Unread,
  options: ContextOptions,
): Promise<SavedFile> {
  const text = isUnread(quote)
    ? agentTexts.couldNotRead(agentTexts.unread.quote, quote.modelWhy)
    : transcript([quote], options);
  const content = `${agentTexts.quotedMessage}\n\n${text}\n`;
  return await textFile("quoted-message.md", content, options);
}

/** Writes a text beside the files of a message. */
export async function textFile(
  name: string,
  text: string,
  { owner, fileSpace, names }: Pick<ContextOptions, "owner" | "fileSpace" | "names">,
): Promise<SavedFile> {
  const free = freeName(name, names.values());
  const path = await fileSpace.write(owner, free, text);
  const bytes = new TextEncoder().encode(text).length;
  return { path, name: free, mime: "text/markdown", bytes };
}

async function quoteBlock(
  quote: PastMessage | Unread,
  options: ContextOptions,
): Promise<ContextText> {
  if (isUnread(quote)) return unread(agentTexts.unread.quote, quote);
  const heading = agentTexts.quote(authorName(quote, options.asker), timeOf(quote));
  return await block(heading, pastText(quote, options), "quoted-message.md", options);
}

async function topicBlock(topic: Topic | Unread, options: ContextOptions): Promise<ContextText> {
  if (isUnread(topic)) return unread(agentTexts.unread.topic, topic);
  const { messages: [first, ...rest], leftOut, hasGap } = topic;
  if (first === undefined) return NOTHING;
  const lines = [
    transcript([first], options),
    leftOut > 0 ? agentTexts.leftOut(leftOut, hasGap) : "",
    transcript(rest, options),
  ].filter((line) => line !== "");
  return await block(agentTexts.topic, lines.join("\n"), "topic.md", options);
}

function unread(what: string, { modelWhy }: Unread): ContextText {
  return { ...NOTHING, text: agentTexts.couldNotRead(what, modelWhy) };
}

/** A heading and a quotation, of which a long one is in a file. */
async function block(
  heading: string,
  text: string,
  name: string,
  options: ContextOptions,
): Promise<ContextText> {
  const shown = text.length > MAX_CHARS ? text.slice(0, MAX_CHARS).toWellFormed() : text;
  const quoted = `${heading}\n${shown.replaceAll(/^/gm, "> ")}`;
  if (shown.length === text.length) return { ...NOTHING, text: quoted };
  // The agent may read only what is attached.
  const file = await textFile(name, text, options);
  return { text: `${quoted}\n${agentTexts.longContext(file.path)}`, files: [file] };
}
