import type { JsonObject } from "../../base/json.ts";
import type { ClientConfig } from "./long_connection.ts";
import type { TwinMention } from "./twin_message.ts";
import type { Snapshot } from "./snapshot.ts";
import type { TwinApp } from "./twin_app.ts";

/** How to start a twin. Everything has a default. */
export interface TwinOptions {
  /** Port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
  /** The app's id (`cli_` and 16 hex digits), secret and name. */
  readonly app?: Partial<Omit<TwinApp, "openId">>;
  /** What an earlier twin knew: its app, users, chats and messages. */
  readonly snapshot?: Snapshot;
  /** Name of the first user. */
  readonly userName?: string;
  /** Scopes the app has; without `im:message.group_msg` only mentions arrive from groups. */
  readonly scopes?: readonly string[];
  /** Whether it has the scopes of CardKit on top. */
  readonly cardkit?: boolean;
  /** Sent to the client; seconds. */
  readonly clientConfig?: Partial<ClientConfig>;
  /** Milliseconds of twin time within which an event must be acknowledged; 3000. */
  readonly ackMs?: number;
  /** Milliseconds of twin time from a failed delivery to the next; 15 s, 5 min, 1 h, 6 h. */
  readonly ladderMs?: readonly number[];
  /** Calls per second: sends per chat (5), edits per message (5), all calls of the app (50). */
  readonly limits?: { perChat?: number; perMessage?: number; perApp?: number };
}

/** What a user says. */
export interface SayOptions {
  readonly text: string;
  /** `open_id`; the first user unless given. */
  readonly user?: string;
  /** Chat id; the user's direct chat with the bot unless given. */
  readonly chat?: string;
  /** Puts a mention of the bot in front. */
  readonly mentionBot?: boolean;
  /** Puts `@all` in front. */
  readonly mentionAll?: boolean;
  /** Message id that this one answers. */
  readonly replyTo?: string;
  /** A topic's id, or `new` to begin one. */
  readonly thread?: string;
  /** When it was written, twin time in epoch milliseconds; now unless given. */
  readonly createdAt?: number;
}

/** A message of any type, as {@linkcode SayOptions} else. */
export interface SendRawOptions extends Omit<SayOptions, "text" | "mentionBot" | "mentionAll"> {
  /** Feishu's `message_type`. */
  readonly type: string;
  /** The content object, before it becomes a JSON string. */
  readonly content: unknown;
  readonly mentions?: readonly TwinMention[];
}

/** What a user does with a card: names a button by `label`, or says exactly what is sent back. */
export interface ClickOptions {
  readonly messageId: string;
  /** The text of the button. */
  readonly label?: string;
  /** The callback's value; the button's unless given. */
  readonly value?: unknown;
  /** `open_id`; the first user unless given. */
  readonly user?: string;
  /** Further fields of `action`: `form_value`, `option`, `input_value`, `name`, `tag`. */
  readonly action?: JsonObject;
  /** The frame's `type` header, `event` unless given. */
  readonly frameType?: "event" | "card";
}

/** What a click brought. */
export interface ClickResult {
  /** The acknowledgement's code; `undefined` when none came in time. */
  readonly code: number | undefined;
  readonly toast?: { readonly type: string; readonly content: string };
  /** The card that the answer put in place of the old one. */
  readonly card?: unknown;
  /** What the user would see: 200341 no answer in time, 200671 failed, 200673 bad card. */
  readonly error?: number;
}
