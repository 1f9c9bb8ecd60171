import { deadline } from "@std/async";
import { Conversation, type ConversationOptions } from "./bridge/conversation.ts";
import { Delivery } from "./bridge/delivery.ts";
import { conversationKey, judge } from "./bridge/door.ts";
import { type Config, language } from "./config.ts";
import { describe } from "./errors.ts";
import { type BotInfo, FeishuApi } from "./feishu/api.ts";
import { type EventHandler, Gateway } from "./feishu/gateway.ts";
import { type Incoming, isSupported, parseMessageEvent } from "./feishu/inbound.ts";
import type { Log } from "./log.ts";
import { Agent } from "./opencode/agent.ts";
import { askRules } from "./opencode/ask_rules.ts";
import type { EndpointSource } from "./opencode/client.ts";
import { OpencodeServer } from "./opencode/server.ts";
import { persist } from "./retry.ts";
import { holdStateDir } from "./state_dir.ts";
import { Store } from "./store.ts";
import { texts as textsIn } from "./texts.ts";

/** What an {@linkcode App} is made of, besides its settings. */
export interface AppOptions {
  readonly config: Config;
  readonly log: Log;
  readonly version: string;
  /** Variables for the opencode server on top of the environment. */
  readonly opencodeEnv?: Readonly<Record<string, string>>;
}

/** A running bridge. */
export interface App {
  /** Resolves when messages can be worked on; rejects when something has to be put right first. */
  readonly ready: Promise<void>;
  /** Takes no more messages, saves, and ends its opencode; resolves within 5 seconds. */
  stop(): Promise<void>;
}

/** How long a group message waits until we know which mention is the bot's, in milliseconds. */
const BOT_INFO_MS = 2_500;
/** A stranger is answered once in this many milliseconds. */
const STRANGER_MS = 3_600_000;

/**
 * Builds a bridge from its settings and starts it.
 *
 * @throws {UsageError} When the state directory cannot be used, or another bridge uses it.
 */
export async function startApp(options: AppOptions): Promise<App> {
  const { config, log, version } = options;
  const texts = textsIn(language(config));
  const stopping = new AbortController();
  const { signal } = stopping;
  // Slow to load, so that begins before anything else.
  const sdk = import("@larksuiteoapi/node-sdk");
  sdk.catch(() => {});

  const release = await holdStateDir(config.stateDir);
  const { store, setAside } = await Store.open(config.stateDir);
  if (setAside !== undefined) {
    log.error(`the state was damaged: it is kept as ${setAside}, and a new one was begun`);
  }
  log.info(`workspace = ${config.cwd}`);

  const server = config.opencodeUrl === ""
    ? new OpencodeServer({
      command: config.opencodeCommand,
      cwd: config.cwd,
      stateDir: config.stateDir,
      log,
      ...(options.opencodeEnv ? { env: options.opencodeEnv } : {}),
    })
    : undefined;
  const endpoint: EndpointSource = server
    ? (signal) => server.endpoint(signal)
    : attached(config.opencodeUrl);
  const agent = new Agent({ endpoint, log });

  const { appId, appSecret, domain } = config;
  const credentials = { appId, appSecret, domain };
  const feishu = new FeishuApi({ credentials, sdk, log });
  const delivery = new Delivery({
    chat: feishu,
    store,
    texts,
    log,
    mode: config.render,
    throttleMs: config.editThrottleMs,
    signal,
  });
  const startedAt = Date.now();
  const conversations = new Map<string, Promise<Conversation>>();
  const conversationOptions: ConversationOptions = {
    agent,
    store,
    delivery,
    texts,
    log,
    maxLength: config.maxMessageLength,
    signal,
    systemStatus: () => [
      texts.statusFeishu(gateway.state.up, Date.now() - gateway.state.since),
      texts.statusOpencode(server?.version ?? (agent.stream.open ? config.opencodeUrl : "–")),
      texts.statusVersion(version),
      ...(config.allowedUsers.kind === "everyone" ? [texts.statusOpen] : []),
    ],
  };
  const conversation = (incoming: Incoming): Promise<Conversation> => {
    const key = conversationKey(incoming);
    const found = conversations.get(key) ?? openConversation(incoming);
    conversations.set(key, found);
    return found;
  };
  const openConversation = async (incoming: Incoming): Promise<Conversation> => {
    const { chatId, chatType, threadId } = incoming;
    const key = conversationKey(incoming);
    const record = await store.conversation(key) ?? {
      key,
      chatId,
      chatType,
      directory: config.cwd,
      ...(threadId === undefined ? {} : { threadId }),
    };
    return new Conversation(record, conversationOptions);
  };
  const work = async (incoming: Incoming): Promise<void> => {
    await (await conversation(incoming)).take(incoming);
  };

  let bot: Promise<BotInfo> | undefined;
  let accepting: Promise<boolean> = Promise.resolve(true);
  const receive: EventHandler = async (event) => {
    const groupNeedsBot = async () => {
      bot ??= persist(() => feishu.botInfo(signal), { signal, log, what: "ask who the bot is" });
      return (await deadline(bot, BOT_INFO_MS)).openId;
    };
    const draft = parseMessageEvent(event, undefined, Date.now());
    if (draft === undefined) return log.debug("an event that is no message of a person");
    // In a direct chat nothing depends on who the bot is, unless somebody mentions it there.
    const botId = draft.chatType === "group" || draft.mentions.length > 0
      ? await groupNeedsBot()
      : "";
    const incoming = parseMessageEvent(event, botId, draft.receivedAt) ?? draft;
    const { sender, chatId, type, text, messageId } = incoming;
    switch (judge(incoming, config.allowedUsers, botId)) {
      case "ignore":
        return;
      case "stranger": {
        log.warn(`message of ${sender} in ${chatId} refused: not in FEISHU_ALLOWED_USERS`);
        if (!await store.once(`stranger/${sender}`, STRANGER_MS)) return;
        const key = conversationKey(incoming);
        const view = { status: "plain", text: texts.stranger(sender) } as const;
        await store.commit({ rows: [delivery.row(key, delivery.slot({ chatId }), view)] });
        return delivery.wake(key);
      }
      case "admit": {
        // Two messages that come at once are stored one after the other, so that they stay in order.
        accepting = accepting.catch(() => {}).then(() => store.accept(incoming, config.dedupTtlMs));
        if (!await accepting) return log.debug(`message ${messageId} came again`);
        if (!isSupported(type)) log.warn(`unsupported message_type=${type}`);
        log.info(`recv from ${sender} in ${chatId}: ${text.slice(0, 200)}`);
        // The acknowledgement does not wait for the work.
        work(incoming).catch((error) => log.error(describe(error)));
      }
    }
  };

  const up = Promise.withResolvers<void>();
  const gateway = new Gateway({
    credentials,
    sdk,
    log,
    handlers: { "im.message.receive_v1": receive, ...NOT_NEEDED },
    onUp: () => {
      up.resolve();
      delivery.retryNow();
    },
  });

  const feishuUp = async () => {
    await persist(() => feishu.checkCredentials(), { signal, log, what: "get a Feishu token" });
    log.info("starting Feishu WebSocket client");
    running.push(gateway.run(signal));
    await up.promise;
  };
  const opencodeUp = async () => {
    await endpoint(signal);
    running.push(agent.run(signal));
    const rules = await askRules(agent.api, config.cwd, signal).catch(() => undefined);
    if (rules) log.warn(rules);
  };
  const running: Promise<void>[] = [];

  await resume();
  async function resume(): Promise<void> {
    const prompts = Map.groupBy(await store.prompts(), (prompt) => prompt.conversation);
    for (const record of await store.conversations()) {
      const open = prompts.get(record.key);
      if (open === undefined) continue;
      const actor = new Conversation(record, conversationOptions);
      conversations.set(record.key, Promise.resolve(actor));
      actor.resume(open);
    }
    for (const incoming of await store.inbox()) {
      work(incoming).catch((error) => log.error(describe(error)));
    }
    const waiting = new Set((await store.rows()).map((row) => row.conversation));
    for (const key of waiting) delivery.wake(key);
  }

  const ready = Promise.all([feishuUp(), opencodeUp()]).then(() => {
    if (config.allowedUsers.kind === "everyone") {
      log.warn("FEISHU_ALLOWED_USERS is empty: everyone who can reach the bot may use it");
    }
    log.info(`bridge ready, waiting for Feishu messages… (${Date.now() - startedAt} ms)`);
  });
  ready.catch(() => {});

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping.abort(new DOMException("The bridge is stopping", "AbortError"));
    // Ends first what takes longest; the rest only has to notice the abort.
    const serverGone = server?.stop();
    const actors = await Promise.all(conversations.values());
    await deadline(
      Promise.allSettled([
        ...running,
        ...actors.map((actor) => actor.settled()),
        delivery.settled(),
      ]),
      2_000,
    ).catch(() => log.warn("something did not stop in time"));
    await serverGone;
    await store[Symbol.asyncDispose]();
    release();
  };
  return { ready, stop: () => stopped ??= stop() };
}

/** Events that an app may be subscribed to and that mean nothing to us; unhandled, the SDK complains. */
const nothing: EventHandler = () => Promise.resolve();
const NOT_NEEDED: Readonly<Record<string, EventHandler>> = {
  "im.message.message_read_v1": nothing,
  "im.message.recalled_v1": nothing,
  "im.message.reaction.created_v1": nothing,
  "im.message.reaction.deleted_v1": nothing,
  "im.chat.access_event.bot_p2p_chat_entered_v1": nothing,
  "im.chat.member.bot.added_v1": nothing,
  "im.chat.member.bot.deleted_v1": nothing,
  "card.action.trigger": nothing,
};

/** A server that somebody else runs; the password may stand in the URL or in opencode's own variable. */
function attached(url: string): EndpointSource {
  const { origin, password: encoded } = new URL(url);
  const password = decodeURIComponent(encoded) || Deno.env.get("OPENCODE_SERVER_PASSWORD");
  return () => Promise.resolve({ url: origin, ...(password ? { password } : {}) });
}
