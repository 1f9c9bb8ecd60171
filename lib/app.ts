import { deadline } from "@std/async";
import { describe } from "./base/errors.ts";
import type { NoticeLog } from "./base/log.ts";
import { persist } from "./base/waiting/persist.ts";
import { supervise } from "./base/waiting/supervise.ts";
import { appFeishu, type KnownFeishu } from "./app_feishu.ts";
import { newAdmission } from "./bridge/people/admission.ts";
import { Housekeeping } from "./bridge/housekeeping.ts";
import { unpair } from "./bridge/people/unpair.ts";
import { Outbox } from "./bridge/outbox/outbox.ts";
import { leasedChat } from "./bridge/machines/leased_chat.ts";
import type { MachineTimes } from "./bridge/machines/machine_times.ts";
import type { Machines } from "./bridge/machines/machines.ts";
import { Presence } from "./bridge/catch_up/presence.ts";
import { Router, type RouterOptions } from "./bridge/router.ts";
import { ScriptDesk, type ScriptDeskOptions } from "./bridge/scripts/script_desk.ts";
import { bridgeSettings } from "./bridge/settings.ts";
import { startWarnings } from "./bridge/start_warnings.ts";
import { StoredHealth } from "./bridge/stored_health.ts";
import { systemStatus } from "./bridge/system_status.ts";
import { type Config, shownSettings } from "./config.ts";
import type { ConnectedFeishu } from "./feishu/connect.ts";
import { Connection } from "./feishu/connection/connection.ts";
import { eventHandlers } from "./feishu/connection/handlers.ts";
import type { Health } from "./model/health.ts";
import type { Updater } from "./model/updater.ts";
import type { PairedUser } from "./model/settings.ts";
import { type ConnectedOpencode, connectOpencode } from "./opencode/connect.ts";
import { warnWithoutModel } from "./opencode/warn_without_model.ts";
import { serveSocket } from "./socket/serve_socket.ts";
import { newTranscriber } from "./speech/new_transcriber.ts";
import { FileSpace } from "./store/files/file_space.ts";
import { handleRemovals } from "./store/removals.ts";
import type { Store } from "./store/store.ts";
import type { Texts } from "./texts/texts.ts";

/** What a bridge is built from. */
export interface AppOptions {
  readonly config: Config;
  readonly log: NoticeLog;
  readonly version: string;
  /** Times by which machines that share a store watch each other, if not the default ones. */
  readonly machineTimes?: Partial<MachineTimes>;
  /** Installs new versions, if that can be done. */
  readonly updater?: Updater;
}

/** How long the last edits of messages may take during a stop, in milliseconds. */
const LAST_EDITS_MS = 1_500;
/** How long the rest of a stop may take, in milliseconds. */
const SHUTDOWN_MS = 1_000;

/** What the previous run of the program stored. */
export interface PreviousRun extends KnownFeishu {
  /** When the bridge was last known to run, in milliseconds since 1970 on Feishu's clock. */
  readonly lastAlive: number | undefined;
  /** Everyone who was paired. */
  readonly paired: readonly PairedUser[];
  /** This machine among those that share the store, if there are several. */
  readonly machines: Machines | undefined;
}

/** What all rules share. */
type SharedServices = Omit<RouterOptions, "systemStatus" | "wasAway" | "hearsSince">;

/** A running bridge. */
export class App {
  readonly #options: AppOptions;
  readonly #lock: Disposable;
  readonly #machines: Machines | undefined;
  readonly #startedAt = Date.now();
  /** Ends all work. */
  readonly #stopping = new AbortController();
  /** Ends the sending of messages, later than the work: the last edits still go out. */
  readonly #stopSending = new AbortController();
  readonly #feishu: ConnectedFeishu;
  readonly #opencode: ConnectedOpencode;
  readonly #services: SharedServices;
  readonly #presence: Presence;
  readonly #router: Router;
  readonly #housekeeping: Housekeeping;
  readonly #storedHealth: StoredHealth;
  readonly #scripts: ScriptDesk;
  readonly #connection: Connection;
  readonly #lost = Promise.withResolvers<never>();
  /** Resolves when the connection to Feishu comes up for the first time; rejects when it never will. */
  readonly #connected = Promise.withResolvers<void>();
  readonly #loops: Promise<void>[] = [];
  #ready: Promise<void> = Promise.resolve();
  /** Why there is no connection to Feishu yet; empty if nothing went wrong. */
  #startTrouble = "";

  constructor(options: AppOptions, store: Store, lock: Disposable, previous: PreviousRun) {
    const { config, updater, log } = options;
    const { preferences, languages, groups, machines, paired, lastAlive } = previous;
    const { signal } = this.#stopping;
    this.#options = options;
    this.#lock = lock;
    this.#machines = machines;

    // The two sides: Feishu and opencode.
    this.#feishu = appFeishu({ config, store, known: previous, log, signal });
    const { opencodeCommand: command, opencodeUrl: url, cwd, stateDir } = config;
    this.#opencode = connectOpencode({ command, url, cwd, stateDir, log });
    const { api, bot, chat, directory } = this.#feishu;
    const { agent } = this.#opencode;
    const isOnline = () => this.#connection.state.up;

    // What all rules share.
    const settings = bridgeSettings({ ...config, shown: shownSettings(config) });
    const common = { settings, chat, agent, store, languages, log, signal };
    const sender = machines === undefined ? chat : leasedChat(chat, machines);
    const sending = { chat: sender, isOnline, signal: this.#stopSending.signal };
    const services = this.#services = {
      ...common,
      preferences,
      groups,
      machines,
      updater,
      fileSpace: new FileSpace({ ...settings, maxBytes: settings.keepFilesBytes, users: store }),
      admission: newAdmission(config.allowedUsers, { paired, store, codes: store.shared, log }),
      outbox: new Outbox({ ...settings, ...common, ...sending }),
      transcriber: newTranscriber(config),
    };
    api.back.onNotify(() => services.outbox.retryNow(), signal);

    // The rules.
    this.#presence = new Presence({ ...services, lastAlive, isUp: isOnline });
    const router = this.#router = new Router({
      ...services,
      systemStatus: (texts) => this.#status(texts),
      wasAway: (time) => this.#presence.wasAway(time),
      hearsSince: () => isOnline() ? this.#connection.state.since : undefined,
    });
    const onNewest = (newest: ReadonlyMap<string, string>) => chat.learnNewest(newest);
    this.#housekeeping = new Housekeeping({ ...services, onNewest });
    this.#storedHealth = new StoredHealth(store, paired, log);

    // What comes in: from scripts of this machine, and from Feishu.
    const open: ScriptDeskOptions["open"] = (place) => router.conversations.get(place);
    this.#scripts = new ScriptDesk({ ...services, directory, open });
    const events = machines?.join({ ...services, router, opencode: this.#opencode }) ?? router;
    const { appId, appSecret, domain } = config;
    this.#connection = new Connection({
      credentials: { appId, appSecret, domain },
      handlers: eventHandlers(events, { bot, chat, texts: languages.texts, log }),
      log,
      onUp: () => this.#onUp(),
      onRefused: this.#connected.reject,
    });
  }

  /** Resolves when messages can be handled; rejects when the user has to correct something first. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** Rejects when the bridge cannot go on: another one has its name. */
  get lost(): Promise<never> {
    return this.#lost.promise;
  }

  /** Starts everything in the background: the work of the previous run and all loops. */
  begin(): void {
    this.#lost.promise.catch(() => {});
    const { signal } = this.#stopping;
    this.#machines?.beat(signal).catch(this.#lost.reject);
    this.#ready = this.#start();
    // A failure is reported through `ready`.
    this.#ready.catch(() => {});
  }

  /** Reports how the bridge is doing. */
  async health(): Promise<Health> {
    const { appId, cwd, allowedUsers } = this.#options.config;
    const { up, since, lastError = this.#startTrouble } = this.#connection.state;
    return {
      app: appId,
      cwd,
      up,
      since,
      why: lastError,
      groupsWait: this.#feishu.bot.trouble,
      calls: this.#feishu.calls.counts,
      opencode: this.#opencode.name,
      opencodeWhy: this.#opencode.away,
      opencodeNews: this.#opencode.agent.unknownEvents,
      pairing: allowedUsers.kind === "pair",
      machine: this.#machines?.name,
      ...await this.#storedHealth.read(),
    };
  }

  /** Stops taking messages, saves, and stops its opencode. Resolves within 5 seconds. */
  async stop(): Promise<void> {
    const { log } = this.#options;
    const reason = new DOMException("The bridge is stopping", "AbortError");
    this.#stopping.abort(reason);
    // Stopping opencode takes longest, so it starts first.
    const serverGone = this.#opencode.server?.stop()
      .catch((error) => log.error(`cannot stop opencode: ${describe(error)}`));
    await deadline(Promise.allSettled([...this.#loops, this.#router.settled()]), LAST_EDITS_MS)
      .catch(() => log.debug("some messages could not be updated in time"));
    this.#stopSending.abort(reason);
    const { outbox } = this.#services;
    const settled = Promise.allSettled([this.#router.settled(), outbox.settled()]);
    await deadline(settled, SHUTDOWN_MS)
      .catch(() => log.warn("some work did not stop in time"));
    // A store may be away.
    const saved = deadline(this.#feishu.calls.save(), SHUTDOWN_MS).catch(() => {});
    await Promise.all([serverGone, saved, this.#machines?.leave(SHUTDOWN_MS)]);
    await this.#services.store[Symbol.asyncDispose]();
    this.#lock[Symbol.dispose]();
  }

  async #start(): Promise<void> {
    const { config, log } = this.#options;
    await Promise.all([this.#startFeishu(), this.#startOpencode()]);
    for (const line of await startWarnings(config)) log.warn(line);
    log.info(`bridge ready, waiting for Feishu messages… (${Date.now() - this.#startedAt} ms)`);
    void this.#router.reportUpdate();
  }

  async #startFeishu(): Promise<void> {
    const { log } = this.#options;
    const [{ signal }, { wait }] = [this.#stopping, this.#connection];
    const check = () =>
      this.#feishu.api.checkCredentials().catch((error) => {
        this.#startTrouble = describe(error);
        throw error;
      });
    const checked = persist(check, { signal, log, what: "get a Feishu token", wait });
    // Of machines that share a store, another one may hold the connection.
    if (this.#machines === undefined) this.#connection.askAhead(signal);
    await Promise.all([checked, this.#resume()]);
    this.#startTrouble = "";
    log.info("starting Feishu WebSocket client");
    this.#supervise("note that the bridge is running", () => this.#presence.run());
    this.#supervise("catch up with the chats' histories", () => this.#router.run());
    const connect = (signal: AbortSignal) => this.#connection.run(signal);
    const hold = () => this.#machines?.whileHeld(connect, signal) ?? connect(signal);
    this.#supervise("hold the connection to Feishu", hold);
    await this.#connected.promise;
    this.#supervise("offer what the chat has besides messages", () => this.#router.offerExtras());
  }

  /** Resumes the work of the previous run. It waits only for the store; the work goes on in the background. */
  async #resume(): Promise<void> {
    const { settings: { stateDir }, chat: { maxFileBytes }, outbox, log, signal } = this.#services;
    await outbox.resume(await this.#router.resume());
    const loops = this.#machines?.begin(signal) ?? [];
    for (const [what, loop] of loops) this.#supervise(what, loop);
    const remove = (openId: string) => unpair(openId, this.#services);
    this.#supervise("remove people", () => handleRemovals(stateDir, remove, signal));
    this.#supervise("run what is scheduled", () => this.#router.scheduler.run());
    const serving = { service: this.#scripts, maxFileBytes, log, signal };
    this.#supervise("serve scripts", () => serveSocket(stateDir, serving));
    this.#supervise("tidy up", () => this.#housekeeping.run());
    this.#supervise("let conversations go", () => this.#router.conversations.run());
  }

  async #startOpencode(): Promise<void> {
    const { config, log } = this.#options;
    const { signal } = this.#stopping;
    await this.#opencode.reach(signal);
    this.#supervise("follow opencode's events", () => this.#opencode.agent.run(signal));
    if (this.#opencode.away) return;
    const rules = await this.#opencode.agent.askRules(config.cwd, signal)
      .catch((error) => void log.debug(`cannot read opencode's rules: ${describe(error)}`));
    if (rules) log.info(rules);
    warnWithoutModel(this.#opencode.agent.providers(config.cwd, signal), log);
  }

  /** Keeps a loop running until the bridge stops. `what` names it in the log: "cannot {what}". */
  #supervise(what: string, loop: () => Promise<void>): void {
    const { log } = this.#options;
    this.#loops.push(supervise(loop, { what, log, signal: this.#stopping.signal }));
  }

  #onUp(): void {
    this.#connected.resolve();
    this.#feishu.api.back.notify();
    this.#router.catchUp(this.#presence.onUp());
  }

  async #status(texts: Texts): Promise<string[]> {
    return systemStatus({
      connection: this.#connection.state,
      groupsWait: this.#feishu.bot.trouble,
      calls: this.#feishu.calls.counts,
      opencode: this.#opencode,
      transcriber: this.#services.transcriber,
      machine: this.#machines?.name,
      version: this.#options.version,
      stateLine: await this.#housekeeping.stateLine(texts),
      isOpenByDefault: this.#services.admission.isOpenByDefault,
    }, texts);
  }
}
