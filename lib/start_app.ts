import { delay } from "@std/async";
import { App, type AppOptions } from "./app.ts";
import { describe, UsageError } from "./base/errors.ts";
import type { NoticeLog } from "./base/log.ts";
import { persist } from "./base/waiting/persist.ts";
import { machineName } from "./bridge/machines/machine_name.ts";
import { Machines } from "./bridge/machines/machines.ts";
import { chosenIn } from "./bridge/places/chosen.ts";
import { defaultStateDir, language } from "./config.ts";
import { homeId } from "./store/home_id.ts";
import type { KnownConversation } from "./store/known.ts";
import { openStore } from "./store/open_store.ts";
import { lockApp } from "./store/app_lock.ts";
import { otherState } from "./store/other_state.ts";
import { lockStateDir } from "./store/state_dir.ts";
import type { Store } from "./store/store.ts";

/** How long the first request takes to leave, in milliseconds. Whoever needs the SDK earlier loads it earlier. */
const REQUEST_MS = 10;

/**
 * Builds a bridge from its settings and starts it. It resolves once the store is open, before Feishu or
 * opencode is asked for anything.
 *
 * @param signal Ends the wait for a store that is away, and for the name of this machine.
 * @throws {UsageError} When the state directory cannot be used, or another bridge uses it or this machine's
 * name.
 * @throws The signal's reason.
 */
export async function startApp(
  options: AppOptions,
  signal: AbortSignal = new AbortController().signal,
): Promise<App> {
  const { config, log } = options;
  const lock = await lockBridge(config);
  const other = config.kv && await otherState(config.stateDir, config.kv)
    .catch((error) => void log.debug(`cannot look for an earlier state: ${describe(error)}`));
  if (other) {
    log.warn(
      `BRIDGE_KV is set, and the state in ${other} was not moved there: to do so, stop the ` +
        `bridge, and run kv move --to ${config.kv}`,
    );
  }
  const machine = config.kv === "" ? undefined : await machineName(config.machine, config.stateDir);
  const { store, setAside, moved } = await persist(() => openStore(config, machine), {
    log,
    what: "open the state",
    signal,
    // A server that is away comes back.
    mayPass: (error) => config.kv !== "" && !(error instanceof UsageError),
  });
  if (setAside !== undefined) {
    log.error(`the state was damaged: it is kept as ${setAside}; starting with a new one`);
  }
  if (moved) log.warn(`the state was moved to ${moved}: what came later is not in this one`);
  store.watchDamage((key, error) => {
    log.error(`a stored record cannot be read and is set aside: ${key}: ${describe(error)}`);
  });
  const machines = await joinMachines(store, options, signal).catch(async (error) => {
    await store[Symbol.asyncDispose]();
    lock[Symbol.dispose]();
    throw error;
  });
  log.info(`workspace = ${config.cwd}`);
  const { conversations, lastAlive } = await knownConversations(store, log);
  const [paired, calls] = await Promise.all([store.paired(), store.calls.read()]);
  const botId = await store.botId(config.appId);
  const chosen = chosenIn(conversations, { ...config, language: language(config) });
  const previous = { lastAlive, paired, calls, botId, machines, ...chosen };
  const app = new App(options, store, lock, previous);
  app.begin();
  // Nothing else runs while the SDK is loaded, so it is while the answer to the first request is on its way.
  delay(REQUEST_MS).then(() => import("./feishu/sdk.ts")).catch(() => {});
  return app;
}

/** What is known of the stored conversations, and when the bridge was last alive. */
async function knownConversations(
  store: Store,
  log: NoticeLog,
): Promise<{
  readonly conversations: readonly KnownConversation[];
  readonly lastAlive: number | undefined;
}> {
  const isOld = await store.known.isOld();
  const [conversations, lastAlive] = await Promise.all([store.known.list(), store.lastAlive()]);
  if (isOld) {
    try {
      // Before the first event, which would give a chat its mark.
      if (lastAlive !== undefined) await store.marks.begin(conversations, lastAlive);
      await store.known.keep(conversations);
    } catch (error) {
      log.error(`cannot save: ${describe(error)}`);
    }
  }
  return { conversations, lastAlive };
}

/**
 * Locks what only one bridge may use: a state directory, and an app.
 *
 * @throws {UsageError} When the state directory cannot be used, or another bridge uses one of them.
 */
export async function lockBridge(
  { stateDir, appId, domain, kv }: AppOptions["config"],
): Promise<Disposable> {
  const locks = [await lockStateDir(stateDir)];
  const release = () => locks.forEach((lock) => lock[Symbol.dispose]());
  const home = Deno.env.get("HOME");
  try {
    if (home) {
      const shared = defaultStateDir({ cwd: home, home });
      locks.push(await lockApp(shared, { stateDir, appId, domain, isShared: kv !== "" }));
    }
  } catch (error) {
    release();
    throw error;
  }
  return { [Symbol.dispose]: release };
}

/**
 * Takes the name of this machine among those that share the store; `undefined` if none do.
 *
 * @throws {UsageError} When another bridge has the name.
 * @throws The signal's reason.
 */
async function joinMachines(
  { shared }: Store,
  { config, log, version, machineTimes: times }: AppOptions,
  signal: AbortSignal,
): Promise<Machines | undefined> {
  if (shared === undefined) return undefined;
  const { cwd, machineDefault: preferred, stateDir } = config;
  const home = await homeId(stateDir);
  const machines = new Machines({ shared, home, version, preferred, times, log });
  await machines.claim({ cwd, directories: [cwd], opencode: "", running: 0 }, signal);
  log.info(`machine = ${machines.name}`);
  return machines;
}
