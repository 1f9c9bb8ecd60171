import { Wakeup } from "../base/waiting/wakeup.ts";
import type { CallRecord } from "../model/calls.ts";
import { BotIdentity, type KnownBot } from "./bot_identity.ts";
import { Messenger, type MessengerOptions } from "./messenger.ts";
import { FeishuApi } from "./rest/api.ts";
import { Directory } from "./rest/directory.ts";
import { MonthlyCalls, type MonthlyCallsOptions } from "./rest/monthly_calls.ts";
import type { Credentials } from "./rest/token.ts";
import { thrift, type ThriftOptions } from "./thrift.ts";

/** How many calls a turn may cost, and what is known of the calls of this month. */
export interface CallsOptions
  extends
    Pick<ThriftOptions, "mode" | "hasQuickThrottle">,
    Pick<MonthlyCallsOptions, "perMonth" | "save" | "others" | "machines"> {
  readonly record: CallRecord | undefined;
}

/** Which Feishu app to use, and how its messages are shown. */
export interface ConnectOptions
  extends Omit<MessengerOptions, "api" | "bot" | "thrift" | "machines"> {
  readonly credentials: Credentials;
  readonly calls: CallsOptions;
  readonly knownBot: KnownBot;
  /** Ends the lookup of the bot's identity. */
  readonly signal: AbortSignal;
}

/** Everything that talks to Feishu. */
export interface ConnectedFeishu {
  readonly api: FeishuApi;
  readonly bot: BotIdentity;
  readonly chat: Messenger;
  readonly directory: Directory;
  readonly calls: MonthlyCalls;
}

/** Builds everything that talks to Feishu. No request is made yet. */
export function connectFeishu(
  { credentials, signal, calls: options, knownBot: known, ...messages }: ConnectOptions,
): ConnectedFeishu {
  const { log } = messages;
  const back = new Wakeup();
  const calls = new MonthlyCalls({
    ...options,
    now: () => api.clock.theirs(Date.now()),
    log,
    onRefilled: () => back.notify(),
  });
  const api: FeishuApi = new FeishuApi(credentials, log, calls, back);
  const bot = new BotIdentity({ api, known, log, signal });
  const { mode, hasQuickThrottle } = options;
  const chat = new Messenger({
    ...messages,
    api,
    bot,
    machines: () => calls.machines,
    thrift: () => {
      const { isLimited, usedShare } = calls;
      return thrift({ mode, hasQuickThrottle, isLimited, usedShare });
    },
  });
  return { api, bot, chat, directory: new Directory(api), calls };
}
