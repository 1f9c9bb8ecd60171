/** A message in the twin. Fields that are not read-only change in place. */
export interface TwinMessage {
  readonly id: string;
  readonly chatId: string;
  /** Its topic. */
  threadId?: string;
  /** The first message of the chain of replies. */
  readonly rootId?: string;
  /** The message that this one replies to. */
  readonly replyTo?: string;
  /** The messages that it forwards, copies under ids of their own. */
  readonly forwarded?: readonly TwinMessage[];
  /** The message that forwards this one. */
  readonly upperId?: string;
  /** Feishu's `msg_type`: `text`, `post`, `interactive`, `image`, … */
  readonly type: string;
  readonly sender: { readonly id: string; readonly type: "user" | "app"; readonly name: string };
  /** The current content, parsed. */
  content: unknown;
  /** The content that was sent first, parsed. */
  readonly original: unknown;
  readonly edits: TwinEdit[];
  readonly mentions: readonly TwinMention[];
  recalled: boolean;
  reactions: TwinReaction[];
  /** The texts that are offered below it as long as it is the newest of its chat. */
  followUps?: readonly string[];
  /** The `open_id`s of those whose phones rang for it, each time. */
  buzzed?: readonly string[];
  /** Twin time, milliseconds since the epoch. */
  readonly createdAt: number;
  updatedAt: number;
  /** The `uuid` of the request that sent it. */
  readonly uuid?: string;
}

/** A reaction to a message. */
export interface TwinReaction {
  readonly id: string;
  /** Feishu's name, for example `OnIt`. */
  readonly emoji: string;
  readonly byBot: boolean;
  /** `open_id` of the person, or the app id. */
  readonly by: string;
  /** Twin time, milliseconds since the epoch. */
  readonly at: number;
}

/** A mention inside a message. */
export interface TwinMention {
  /** The placeholder in the text: `@_user_1`. */
  readonly key: string;
  readonly openId: string;
  readonly name: string;
}

/** One version of a message's content after the first. */
export interface TwinEdit {
  /** Real time, milliseconds since the epoch with a fraction. */
  readonly at: number;
  readonly content: unknown;
}
