import { deadline, delay } from "@std/async";
import { join } from "@std/path";
import { CardStreams } from "./bridge/outbox/card_streams.ts";
import { Delivery } from "./bridge/outbox/outbox.ts";
import type { Parts } from "./bridge/parts.ts";
import { sweepFiles } from "./store/kept_files.ts";
import { Pairing } from "./bridge/pairing.ts";
import { Switchboard } from "./bridge/router.ts";
import { type Config, language } from "./config.ts";
import { describe } from "./base/errors.ts";
import { FeishuApi } from "./feishu/rest/api.ts";
import { Gateway } from "./feishu/connection/connection.ts";
import { isDeleted } from "./feishu/connection/events.ts";
import type { Log } from "./base/log.ts";
import { Agent } from "./opencode/opencode.ts";
import { askRules } from "./opencode/v1/ask_rules.ts";
import type { EndpointSource } from "./opencode/v1/client.ts";
import { OpencodeServer } from "./opencode/server/server.ts";
import { persist } from "./base/persist.ts";
import { holdStateDir } from "./store/state_dir.ts";
import { Store } from "./store/store.ts";
import { texts as textsIn } from "./texts/texts.ts";

/** A running bridge. */
export type App = Awaited<ReturnType<typeof startApp>>;

/** Milliseconds between two notes that the bridge is running. */
const ALIVE_MS = 30_000;
/** Milliseconds in which Feishu has to say whether a message was recalled; after that it counts as it was. */
const RECALL_MS = 5_000;
/** How long the last edits of a stop may take, in milliseconds. */
const FAREWELL_MS = 1_500;

/**
 * Builds a bridge from its settings and starts it.
 *
 * @throws {UsageError} When the state directory cannot be used, or another bridge uses it.
 */
export async function startApp(
  { config, log, version }: { config: Config; log: Log; version: string },
) {
  const texts = textsIn(language(config));
  // First no new work, then no messages to Feishu either.
  const stopping = new AbortController();
  const silenced = new AbortController();
  const { signal } = stopping;
  // Slow to load, so that begins before anything else.
  import("@larksuiteoapi/node-sdk").catch(() => {});

  const lock = await holdStateDir(config.stateDir);
  const { store, setAside } = await Store.open(config.stateDir);
  if (setAside !== undefined) {
    log.error(`the state was damaged: it is kept as ${setAside}, and a new one was begun`);
  }
  log.info(`workspace = ${config.cwd}`);

  const { server, endpoint, agent } = opencodeFor(config, log);
  const { appId, appSecret, domain } = config;
  const credentials = { appId, appSecret, domain };
  const feishu = new FeishuApi(credentials, log);
  const ours = (time: number) => feishu.clock.ours(time);
  const delivery = new Delivery({
    chat: feishu,
    store,
    texts,
    log,
    mode: config.render,
    ...(config.stream === "patch" ? {} : {
      streams: new CardStreams({ cardkit: feishu, mode: config.stream, log }),
    }),
    throttleMs: config.editThrottleMs,
    signal: silenced.signal,
  });
  const startedAt = Date.now();
  const lastAlive = await store.lastAlive();
  const parts: Parts = {
    config,
    agent,
    chat: feishu,
    bot: () => bot(),
    ours,
    store,
    delivery,
    texts,
    log,
    signal,
    mayAnswer: (openId, owner) => config.allowedUsers.kind === "list" || openId === owner,
    pairing: config.allowedUsers.kind === "pair"
      ? new Pairing(await store.paired(), { store, texts, log })
      : undefined,
    outbox: join(config.stateDir, "files"),
    isRecalled: (messageId, signal) => {
      const soon = AbortSignal.any([signal, AbortSignal.timeout(RECALL_MS)]);
      return feishu.messages(messageId, soon).then(isDeleted, () => false);
    },
    wasAway: (time) => lastAlive !== undefined && time > ours(lastAlive) && time < startedAt,
    answers: join(config.stateDir, "answers"),
    systemStatus: () => [
      texts.statusFeishu(gateway.state.up, Date.now() - gateway.state.since),
      texts.statusOpencode(
        server?.version ?? (agent.stream.open ? new URL(config.opencodeUrl).host : "–"),
      ),
      texts.statusVersion(version),
      ...(config.allowedUsers.kind === "everyone" ? [texts.statusOpen] : []),
    ],
  };
  const switchboard = new Switchboard(parts);

  let botInfo: Promise<string> | undefined;
  const bot = (): Promise<string> =>
    botInfo ??= persist(() => feishu.botInfo(signal), { signal, log, what: "ask who the bot is" })
      .then(({ openId }) => openId)
      .catch((error) => {
        // Whoever asks next tries again.
        botInfo = undefined;
        throw error;
      });
  const stayAlive = async (): Promise<void> => {
    for (;;) {
      // In Feishu's time, which nobody sets right before the next start. A bridge that hears nothing is
      // away: what is sent meanwhile has to be looked for.
      if (gateway.state.up) {
        await store.markAlive(feishu.clock.feishus(Date.now()))
          .catch((error) => log.error(`cannot save: ${describe(error)}`));
      }
      if (signal.aborted) return;
      await delay(ALIVE_MS, { signal }).catch(() => {});
    }
  };

  const up = Promise.withResolvers<void>();
  let connectedBefore = false;
  const gateway: Gateway = new Gateway({
    credentials,
    log,
    handlers: switchboard.handlers,
    onUp: (downSince) => {
      up.resolve();
      delivery.retryNow();
      // A connection that was lost may have been deaf for a while before.
      const since = connectedBefore ? downSince : lastAlive && ours(lastAlive);
      connectedBefore = true;
      if (since === undefined) return;
      switchboard.catchUp(since).catch((error) => log.debug(describe(error)));
    },
  });

  const feishuUp = async () => {
    await persist(() => feishu.checkCredentials(), { signal, log, what: "get a Feishu token" });
    log.info("starting Feishu WebSocket client");
    running.push(gateway.run(signal));
    await up.promise;
    running.push(stayAlive());
  };
  const opencodeUp = async () => {
    await endpoint(signal);
    running.push(agent.run(signal));
    const rules = await askRules(agent.api, config.cwd, signal).catch(() => undefined);
    if (rules) log.warn(rules);
  };
  const running: Promise<void>[] = [];

  await sweepFiles(parts.answers, await store.rows()).catch((error) => log.warn(describe(error)));
  await switchboard.resume();
  await delivery.resume();

  const ready = Promise.all([feishuUp(), opencodeUp()]).then(() => {
    if (config.allowedUsers.kind === "everyone") {
      log.warn("FEISHU_ALLOWED_USERS is empty: everyone who can reach the bot may use it");
    }
    log.info(`bridge ready, waiting for Feishu messages… (${Date.now() - startedAt} ms)`);
  });
  ready.catch(() => {});

  return {
    /** Resolves when messages can be worked on; rejects when something has to be put right first. */
    ready,
    /** How the connection to Feishu is, since when and why, and what waits; fails while the store is not readable. */
    async health() {
      const { up, since, lastError: why = "" } = gateway.state;
      const undelivered = (await store.rows()).filter((row) => !row.shown).length;
      return { up, since, why, undelivered };
    },
    /** Takes no more messages, saves, and ends its opencode; resolves within 5 seconds. */
    async stop(): Promise<void> {
      const reason = new DOMException("The bridge is stopping", "AbortError");
      stopping.abort(reason);
      // Ends first what takes longest; the rest only has to notice the abort, and to say goodbye.
      const serverGone = server?.stop();
      await deadline(Promise.allSettled([...running, switchboard.settled()]), FAREWELL_MS)
        .catch(() => log.debug("some messages could not be updated in time"));
      silenced.abort(reason);
      await deadline(Promise.allSettled([switchboard.settled(), delivery.settled()]), 1_000)
        .catch(() => log.warn("something did not stop in time"));
      await serverGone;
      await store[Symbol.asyncDispose]();
      lock[Symbol.dispose]();
    },
  };
}

/**
 * The opencode that the settings name: a server of our own, or one that somebody else runs, whose
 * password may stand in the URL or in opencode's own variable.
 *
 * @param stateDir Where our own keeps its log and how to find it again.
 */
export function opencodeFor(config: Config, log: Log, stateDir: string = config.stateDir) {
  const { opencodeCommand: command, opencodeUrl, cwd } = config;
  const server = opencodeUrl === ""
    ? new OpencodeServer({ command, cwd, stateDir, log })
    : undefined;
  const endpoint: EndpointSource = async (signal) => {
    if (server) return await server.endpoint(signal);
    const { origin: url, password: encoded } = new URL(opencodeUrl);
    const password = decodeURIComponent(encoded) || Deno.env.get("OPENCODE_SERVER_PASSWORD");
    return { url, ...(password ? { password } : {}) };
  };
  const onLost = () => server?.check().catch((error) => log.error(describe(error)));
  return { server, endpoint, agent: new Agent({ endpoint, log, onLost }) };
}
