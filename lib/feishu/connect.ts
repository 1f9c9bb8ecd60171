import { BotIdentity } from "./bot_identity.ts";
import { Messenger, type MessengerOptions } from "./messenger.ts";
import { FeishuApi } from "./rest/api.ts";
import type { Credentials } from "./rest/token.ts";

/** Which Feishu app to use, and how its messages are shown. */
export interface ConnectOptions extends Omit<MessengerOptions, "api" | "bot"> {
  readonly credentials: Credentials;
  /** Ends the lookup of the bot's identity. */
  readonly signal: AbortSignal;
}

/** The way to Feishu. */
export interface ConnectedFeishu {
  readonly api: FeishuApi;
  readonly bot: BotIdentity;
  readonly chat: Messenger;
}

/** Makes the way to Feishu. No request is made yet. */
export function connectFeishu(
  { credentials, signal, ...options }: ConnectOptions,
): ConnectedFeishu {
  const { log } = options;
  const api = new FeishuApi(credentials, log);
  const bot = new BotIdentity({ api, log, signal });
  return { api, bot, chat: new Messenger({ ...options, api, bot }) };
}
