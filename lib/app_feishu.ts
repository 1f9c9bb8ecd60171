import { describe } from "./base/errors.ts";
import type { Log } from "./base/log.ts";
import type { Chosen } from "./bridge/places/chosen.ts";
import { type Config, hasQuickThrottle } from "./config.ts";
import { type ConnectedFeishu, connectFeishu } from "./feishu/connect.ts";
import type { CallRecord } from "./model/calls.ts";
import type { Store } from "./store/store.ts";

/** What is known of Feishu from the previous run. */
export interface KnownFeishu extends Chosen {
  /** What is known of the calls to Feishu. */
  readonly calls: CallRecord | undefined;
  /** The bot's `open_id`. */
  readonly botId: string | undefined;
  /** The machines that share the bot, if there are several. */
  readonly machines: { readonly upCount: number } | undefined;
}

/** What {@linkcode appFeishu} needs. */
export interface AppFeishuOptions {
  readonly config: Config;
  readonly store: Store;
  readonly known: KnownFeishu;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Connects a bridge to Feishu, by its settings and what its store knows. */
export function appFeishu(
  { config, store, known, log, signal }: AppFeishuOptions,
): ConnectedFeishu {
  const { preferences, languages, groups, calls: record, botId: openId, machines } = known;
  const { appId, appSecret, domain } = config;
  return connectFeishu({
    credentials: { appId, appSecret, domain },
    signal,
    textsOf: languages.textsOf,
    log,
    mode: config.render,
    modeOf: (key) => preferences.of(key).render,
    isOpened: (topic) => groups.isOpened(topic),
    stream: config.stream,
    throttleMs: config.editThrottleMs,
    calls: {
      mode: config.calls,
      hasQuickThrottle: hasQuickThrottle(config),
      perMonth: config.callsPerMonth,
      record,
      save: (record) => store.calls.save(record),
      others: () => store.calls.others(),
      ...(machines && { machines: () => machines.upCount }),
    },
    knownBot: { openId, save: (openId) => store.saveBotId(appId, openId) },
    sentAs: (messageId) => store.sentAs(messageId),
    onSent: (slot) =>
      store.noteSent(slot).catch((error) => log.debug(`cannot note a message: ${describe(error)}`)),
  });
}
