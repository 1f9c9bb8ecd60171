import type { Place, Target } from "./place.ts";
import { RUN, type ScheduledRun } from "./schedule.ts";

/** A message to the bot. Times are milliseconds since 1970 on this machine's clock. */
export interface IncomingMessage extends Place {
  readonly messageId: string;
  /** The quoted message, if any. The first message of a topic does not count as quoted. */
  readonly parentId?: string;
  /** The first message of its topic, unless it is that itself. */
  readonly rootId?: string;
  /** The `open_id` of its author. */
  readonly sender: string;
  /** When it was sent; equals `receivedAt` if the chat does not say. */
  readonly createdAt: number;
  /** The same on the chat platform's clock, where machines share their inbox: their own clocks differ. */
  readonly sentAt?: number;
  /** When it arrived; unique for each message. */
  readonly receivedAt: number;
  /** The message type of the chat platform: `text`, `post`, `image`, … */
  readonly type: string;
  /** The text with names for mentions and the bot's mention removed; empty if it is not text. */
  readonly text: string;
  /** Whether the bot was mentioned by name; `@all` does not count. */
  readonly mentionsBot: boolean;
  /** Set if it mentions somebody, but not the bot: everyone (`@all`), or other people. */
  readonly addressee?: "everyone" | "others";
  readonly attachments: readonly Attachment[];
  /** It was sent while the bridge was away, so it is not run without asking. */
  readonly missed?: true;
  /** It came late, and somebody who was asked had it run. */
  readonly isConfirmed?: true;
  /** It goes into the running turn. The `!` that says so was taken out of the text. */
  readonly isNow?: true;
  /**
   * What was heard in a voice message. Until its writer has confirmed or corrected it, the message still has its
   * recording; afterwards `text` is what the writer wants. It is never a command.
   */
  readonly heard?: string;
  /** Nobody wrote it: somebody pressed a button that stands for a command. The text is that command. */
  readonly pressed?: Pressed;
  /** Nobody wrote it: a schedule runs. The text is its prompt, whatever that looks like. */
  readonly scheduled?: ScheduledRun & { readonly target: Target };
}

/** What a button that was pressed stands for. */
export interface Pressed {
  /** The name of a command of the bridge, and what would stand behind it. */
  readonly command: string;
  readonly argument: string;
  /** The id of the turn that it is about, if it is about one. It never does anything to another. */
  readonly turn?: string;
  /** The id of the message whose card has the button; empty if the chat does not say. */
  readonly card: string;
}

/** A picture, file or recording of speech in a message. */
export interface Attachment {
  readonly kind: "image" | "file" | "audio";
  /** The chat platform's key for the download. */
  readonly key: string;
  readonly name?: string;
  /** How long a recording is, in milliseconds. */
  readonly durationMs?: number;
}

/** Whether a message is nothing but a recording of speech. */
export function isVoice({ type, attachments }: IncomingMessage): boolean {
  return type === "audio" && attachments.some(({ kind }) => kind === "audio");
}

/** A downloaded attachment. */
export interface SavedFile {
  readonly path: string;
  readonly name: string;
  /** The MIME type that the chat reported. */
  readonly mime: string;
  readonly bytes: number;
  /** The `open_id` of the person who sent it; unknown for files of an older version of the program. */
  readonly sender?: string;
  /** What people know it as, if not by its name; empty if they need not know it. */
  readonly label?: string;
  /** The agent did not get the text that it was for. It goes with the next one, even if that is queued already. */
  readonly isBack?: true;
}

/** A press of a button on one of the bridge's cards. */
export type Click = (AskClick | Press) & {
  /** The chat in which it was pressed, as the chat platform says. What the button carries is not proof of that. */
  readonly chatId?: string;
};

/** The answer to an ask by a button of its card. */
export interface AskClick {
  /** The key of the conversation that the card belongs to. */
  readonly conversation: string;
  /** The id of the ask that the card shows. */
  readonly ask: string;
  /** The index of the choice that the card showed, from 0. */
  readonly step: number;
  /** The value of the chosen option. */
  readonly choice: string;
  /** The `open_id` of the person who pressed it. */
  readonly by: string;
}

/** A command by a button, or by a choice from a list. */
export interface Press extends Pressed {
  /** What is offered. Of all presses of the same offer, only the first counts. */
  readonly offer: string;
  /** The key of the conversation that the card belongs to. */
  readonly conversation: string;
  /** The `open_id` of the person whose button it is. */
  readonly owner: string;
  /** The `open_id` of the person who pressed it. */
  readonly by: string;
}

/** The prefix of the ids of messages that stand for a button. The chat platform does not know them. */
const PRESS = "press.";

/**
 * The message that a press stands for. Its id is that of the offer, so that only the first press counts.
 *
 * @param now In milliseconds since 1970 on this machine's clock.
 */
export function pressMessage(
  { offer, command, argument, turn, card, by }: Press,
  { chatId, chatType, threadId }: Place,
  now: number,
): IncomingMessage {
  return {
    messageId: `${PRESS}${offer}`,
    chatId,
    chatType,
    ...(threadId !== undefined && { threadId }),
    sender: by,
    createdAt: now,
    receivedAt: now,
    type: "text",
    text: `/${command} ${argument}`.trimEnd(),
    mentionsBot: true,
    attachments: [],
    pressed: { command, argument, card, ...(turn !== undefined && { turn }) },
  };
}

/** Whether a message is for the bot by itself: it was sent to it alone, or mentions it. */
export function isAddressed(
  { chatType, mentionsBot }: Pick<IncomingMessage, "chatType" | "mentionsBot">,
): boolean {
  return chatType === "p2p" || mentionsBot;
}

/** Whether a message, by its id, exists in the chat: one that stands for a button or a schedule does not. */
export function isInChat(messageId: string): boolean {
  return messageId !== "" && !messageId.startsWith(PRESS) && !messageId.startsWith(RUN);
}

/** Where the answer to a message goes: into a direct chat without a quote, elsewhere as a reply. */
export function targetOf(message: IncomingMessage): Target {
  const { chatId, chatType, threadId, rootId, messageId, pressed, scheduled } = message;
  if (scheduled !== undefined) return scheduled.target;
  const replyTo = pressed ? pressed.card : messageId;
  if (chatType === "p2p" && threadId === undefined) return { chatId };
  return {
    chatId,
    ...(replyTo && { replyTo }),
    ...(threadId && { threadId }),
    ...(rootId && { rootId }),
  };
}
