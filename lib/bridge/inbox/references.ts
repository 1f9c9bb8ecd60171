import { describe, isRetryable } from "../../base/errors.ts";
import type { IncomingMessage } from "../../model/message.ts";
import type { PastMessage } from "../../model/past_message.ts";
import type { Chat } from "../../model/ports.ts";
import { agentTexts } from "../../texts/agent.ts";
import type { WantedFile } from "./load_files.ts";
import { retryRead } from "./retry_read.ts";
import type { Services } from "../services.ts";

/** What {@linkcode readReferences} needs. */
export interface ReferenceOptions extends Pick<Services, "texts" | "log"> {
  readonly chat: Pick<Chat, "readMessage" | "readTopic" | "missingScope">;
  /** Whether what was said before in the message's topic is wanted. */
  readonly wantsTopic?: boolean;
  /** Whether the content of a message already waits for this one. */
  readonly isWaiting?: (messageId: string) => boolean;
  /** Whether a message is a notice of the bridge itself, and no answer of the agent. */
  readonly isNotice?: (messageId: string) => Promise<boolean>;
}

/** What a message refers to. */
export interface References {
  /** The message itself, if it is somebody else's that was forwarded. */
  readonly forward?: PastMessage | Unread;
  readonly quote?: PastMessage | Unread;
  readonly topic?: Topic | Unread;
}

/** What was said in a topic before. */
export interface Topic {
  readonly messages: readonly PastMessage[];
  /** How many messages are left out behind the first one. */
  readonly leftOut: number;
  /** Whether there are more of these. */
  readonly hasGap: boolean;
}

/** Something that could not be read. */
export interface Unread {
  /** For the sender and for the model. */
  readonly why: string;
  readonly modelWhy: string;
  /** Whether it may be read later. */
  readonly isForNow: boolean;
}

/** How long reading what a message refers to may take, in milliseconds. */
const READ_MS = 30_000;
/** How many messages of a topic are read, besides its first. */
const TOPIC_MESSAGES = 30;
/** How many files of what a message refers to are loaded. */
const MAX_FILES = 20;

/** Whether a message consists of what others wrote: a forwarded chat, or a card. */
export function isForward({ type }: Pick<IncomingMessage, "type">): boolean {
  return type === "merge_forward" || type === "interactive";
}

/** Whether a message says nothing itself, so that it waits for a text that says what to do with it. */
export function isWordless(
  message: Pick<IncomingMessage, "type" | "text" | "attachments">,
): boolean {
  return isForward(message) || (message.text === "" && message.attachments.length > 0);
}

/** Whether a reference could not be read, and this says why. */
export function isUnread(value: object | undefined): value is Unread {
  return value !== undefined && "isForNow" in value;
}

/** The value that was read; `undefined` if it could not be read. */
export function known<T extends object>(value: T | Unread | undefined): T | undefined {
  return isUnread(value) ? undefined : value;
}

/** Reads what a message refers to. What fails is named; only the signal's reason is thrown. */
export async function readReferences(
  message: IncomingMessage,
  options: ReferenceOptions,
  signal: AbortSignal,
): Promise<References> {
  const { chat, wantsTopic, isWaiting = () => false } = options;
  const isNotice = options.isNotice ?? (() => Promise.resolve(false));
  const { messageId, parentId, rootId } = message;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(READ_MS)]);
  const attempt = async <T extends object>(read: () => Promise<T>): Promise<T | Unread> => {
    try {
      return await retryRead(read, limited);
    } catch (error) {
      signal.throwIfAborted();
      return unread(error, message, options);
    }
  };
  const isQuoting = parentId !== undefined && !isWaiting(parentId);
  const [forward, quote, topic] = await Promise.all([
    isForward(message) && attempt(() => chat.readMessage(messageId, limited)),
    isQuoting && attempt(() => chat.readMessage(parentId, limited)),
    wantsTopic && rootId !== undefined &&
    attempt(async () => {
      const { messages, ...gap } = shortened(await chat.readTopic(message, limited));
      const notices = await Promise.all(messages.map((one) => isNotice(one.messageId)));
      // What the topic is about stays in any case.
      const others = messages.filter(({ messageId }, i) =>
        (i === 0 || !notices[i]) && !isWaiting(messageId)
      );
      const whole = await Promise.all(others.map((one) => withForwards(one, options, limited)));
      return { messages: whole, ...gap };
    }),
  ]);
  return { ...(forward && { forward }), ...(quote && { quote }), ...(topic && { topic }) };
}

/** A message with what it forwards, which the history of a topic leaves out. */
async function withForwards(
  message: PastMessage,
  { chat, log }: ReferenceOptions,
  signal: AbortSignal,
): Promise<PastMessage> {
  if (message.type !== "merge_forward" || message.missing !== "unreadable") return message;
  const { messageId } = message;
  try {
    return await retryRead(() => chat.readMessage(messageId, signal), signal);
  } catch (error) {
    log.warn(`cannot read what message ${messageId} forwards: ${describe(error)}`);
    return message;
  }
}

function unread(error: unknown, message: IncomingMessage, options: ReferenceOptions): Unread {
  const { chat, texts, log } = options;
  log.warn(`cannot read what message ${message.messageId} refers to: ${describe(error)}`);
  const scope = chat.missingScope(error, message);
  return {
    why: scope === undefined ? describe(error) : texts.lacksScope(scope),
    modelWhy: scope === undefined ? describe(error) : agentTexts.lacksScope(scope),
    // The time limit is no refusal.
    isForNow: scope === undefined && (isRetryable(error) || error instanceof DOMException),
  };
}

function shortened(
  { messages, hasGap }: { readonly messages: readonly PastMessage[]; readonly hasGap: boolean },
): Topic {
  const [first, ...rest] = messages;
  const last = rest.slice(-TOPIC_MESSAGES);
  const leftOut = rest.length - last.length;
  return {
    messages: first === undefined ? [] : [first, ...last],
    leftOut: hasGap ? Math.max(leftOut, 1) : leftOut,
    hasGap,
  };
}

/** The files of what a message refers to, in order, and how many are too many. */
export function filesOf(
  { forward, quote, topic }: References,
): { readonly wanted: readonly WantedFile[]; readonly tooMany: number } {
  const outer = [known(forward), known(quote), ...known(topic)?.messages ?? []]
    .filter((one) => one !== undefined);
  const all = outer.flatMap((message) =>
    attachmentsOf(message).map((attachment) => ({ messageId: message.messageId, attachment }))
  );
  return { wanted: all.slice(0, MAX_FILES), tooMany: Math.max(all.length - MAX_FILES, 0) };
}

/** The attachments of a message and of what it forwards. */
export function attachmentsOf({ attachments, forwards }: PastMessage): PastMessage["attachments"] {
  return [...attachments, ...forwards.flatMap(attachmentsOf)];
}

/** Whether a message, or one that it forwards, is a card that the chat does not show. */
export function hasHidden({ missing, forwards }: PastMessage): boolean {
  return missing === "unreadable" || forwards.some(hasHidden);
}
