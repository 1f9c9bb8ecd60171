import type { JsonObject } from "../../base/json.ts";
import type { ClientConfig } from "./long_connection.ts";
import type { TwinMention, TwinMessage } from "./twin_message.ts";
import type { Snapshot } from "./snapshot.ts";
import type { TwinApp } from "./twin_app.ts";

/** How to start a twin. Everything has a default. */
export interface TwinOptions {
  /** Port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
  /** The app's id (`cli_` and 16 hex digits), secret and name. */
  readonly app?: Partial<Omit<TwinApp, "openId">>;
  /** The contents of an earlier twin: its app, people, chats and messages. */
  readonly snapshot?: Snapshot;
  /** The name of the first user. */
  readonly userName?: string;
  /** The scopes of the app. Without `im:message.group_msg` only mentions arrive from groups. */
  readonly scopes?: readonly string[];
  /** Whether the app has the scopes of CardKit as well. */
  readonly cardkit?: boolean;
  /** Whether the app has the scopes of the slash panel, dividers, chats on top, joined groups and names as well. */
  readonly extras?: boolean;
  /** The settings that are sent to the client; with `null`, none are. */
  readonly clientConfig?: Partial<ClientConfig> | null;
  /** Milliseconds of twin time within which an event must be acknowledged; 3000. */
  readonly ackMs?: number;
  /** Milliseconds of twin time from each failed delivery to the next; 15 s, 5 min, 1 h, 6 h. */
  readonly ladderMs?: readonly number[];
  /**
   * Calls per second: sends per chat (5), edits per message (5), calls of one API (50). Calls of one API per
   * minute (1000). All calls of a month (without end).
   */
  readonly limits?: {
    readonly perChat?: number;
    readonly perMessage?: number;
    readonly perApi?: number;
    readonly perApiAndMinute?: number;
    readonly perMonth?: number;
  };
}

/** A text message of a user. */
export interface SayOptions {
  readonly text: string;
  /** An `open_id`; the first user by default. */
  readonly user?: string;
  /** A chat id; the user's direct chat with the bot by default. */
  readonly chat?: string;
  /** Puts a mention of the bot in front. */
  readonly mentionBot?: boolean;
  /** Puts `@all` in front. */
  readonly mentionAll?: boolean;
  /** The id of the message to reply to. */
  readonly replyTo?: string;
  /** The id of a topic, or `new` to start one. */
  readonly thread?: string;
  /** Twin time, milliseconds since the epoch; now by default. */
  readonly createdAt?: number;
}

/** A message of any type of a user. */
export interface SendRawOptions extends Omit<SayOptions, "text" | "mentionBot" | "mentionAll"> {
  /** Feishu's `message_type`. */
  readonly type: string;
  /** The content before it becomes a JSON string. */
  readonly content: unknown;
  readonly mentions?: readonly TwinMention[];
  /** Whether the app is not told of it, unless the message is delivered again. */
  readonly isSilent?: boolean;
  /** The messages that it forwards. */
  readonly forwards?: readonly TwinMessage[];
}

/** What a user forwards. */
export type ForwardOptions = Pick<SendRawOptions, "user" | "chat" | "createdAt" | "isSilent">;

/** A click on a card: on the button with a `label`, or with exactly this `value`. */
export interface ClickOptions {
  readonly messageId: string;
  /** The text of the button. */
  readonly label?: string;
  /** The text of an option of a list, in place of a button. */
  readonly pick?: string;
  /** The value of the callback; the button's by default. */
  readonly value?: unknown;
  /** An `open_id`; the first user by default. */
  readonly user?: string;
  /** Further fields of `action`: `form_value`, `option`, `input_value`, `name`, `tag`. */
  readonly action?: JsonObject;
  /** The `type` header of the frame; `event` by default. */
  readonly frameType?: "event" | "card";
}

/** The outcome of a click. */
export interface ClickResult {
  /** The code of the acknowledgement; `undefined` when none came in time. */
  readonly code: number | undefined;
  readonly toast?: { readonly type: string; readonly content: string };
  /** The card with which the answer replaced the old one. */
  readonly card?: unknown;
  /**
   * The code that the user sees: 200341 for no answer in time, 200671 for a failure, 200672 for an
   * answer of the wrong shape, 200673 for a bad card, 200810 for a card while the old one streams.
   */
  readonly error?: number;
}
