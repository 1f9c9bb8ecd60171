import { deadline } from "@std/async";
import { describe } from "./base/errors.ts";
import type { NoticeLog } from "./base/log.ts";
import { persist } from "./base/waiting/persist.ts";
import { supervise } from "./base/waiting/supervise.ts";
import { appFeishu, type KnownFeishu } from "./app_feishu.ts";
import { type Admission, newAdmission } from "./bridge/people/admission.ts";
import { Housekeeping } from "./bridge/housekeeping.ts";
import { Outbox } from "./bridge/outbox/outbox.ts";
import { leasedChat } from "./bridge/machines/leased_chat.ts";
import type { MachineTimes } from "./bridge/machines/machine_times.ts";
import type { Machines } from "./bridge/machines/machines.ts";
import { Presence } from "./bridge/catch_up/presence.ts";
import { Router } from "./bridge/router.ts";
import { ScriptDesk } from "./bridge/scripts/script_desk.ts";
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
import type { Transcriber } from "./model/transcriber.ts";
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

/** A running bridge. */
export class App {
  readonly #options: AppOptions;
  readonly #store: Store;
  readonly #lock: Disposable;
  readonly #startedAt = Date.now();
  /** Ends all work. */
  readonly #stopping = new AbortController();
  /** Ends the sending of messages, later than the work: the last edits still go out. */
  readonly #stopSending = new AbortController();
  readonly #opencode: ConnectedOpencode;
  readonly #feishu: ConnectedFeishu;
  readonly #connection: Connection;
  readonly #transcriber: Transcriber | undefined;
  readonly #outbox: Outbox;
  readonly #admission: Admission;
  readonly #router: Router;
  readonly #presence: Presence;
  readonly #serveScripts: () => Promise<void>;
  readonly #housekeeping: Housekeeping;
  readonly #storedHealth: StoredHealth;
  readonly #machines: Machines | undefined;
  readonly #lost = Promise.withResolvers<never>();
  /** Resolves when the connection to Feishu comes up for the first time; rejects when it never will. */
  readonly #connected = Promise.withResolvers<void>();
  readonly #loops: Promise<void>[] = [];
  #ready: Promise<void> = Promise.resolve();
  /** Why there is no connection to Feishu yet; empty if nothing went wrong. */
  #startTrouble = "";

  constructor(options: AppOptions, store: Store, lock: Disposable, previous: PreviousRun) {
    const { config, log } = options;
    this.#options = options;
    this.#store = store;
    this.#storedHealth = new StoredHealth(store, previous.paired, log);
    this.#lock = lock;
    const { preferences, languages, groups, machines } = previous;
    this.#machines = machines;
    const { signal } = this.#stopping;
    const { appId, appSecret, domain, allowedUsers } = config;
    const credentials = { appId, appSecret, domain };
    this.#feishu = appFeishu({ config, store, known: previous, log, signal });
    const { bot, chat, directory } = this.#feishu;
    const { opencodeCommand: command, opencodeUrl: url, cwd, stateDir } = config;
    this.#opencode = connectOpencode({ command, url, cwd, stateDir, log });
    const { agent } = this.#opencode;
    const settings = bridgeSettings({ ...config, shown: shownSettings(config) });
    this.#transcriber = newTranscriber(config);
    const isOnline = () => this.#connection.state.up;
    const sender = machines === undefined ? chat : leasedChat(chat, machines);
    const sending = { chat: sender, isOnline, signal: this.#stopSending.signal };
    this.#outbox = new Outbox({ ...settings, ...sending, store, languages, log });
    this.#feishu.api.back.onNotify(() => this.#outbox.retryNow(), signal);
    this.#admission = newAdmission(allowedUsers, { ...previous, store, log, codes: store.shared });
    this.#presence = new Presence({ ...previous, store, chat, log, signal, isUp: isOnline });
    const { keepFilesBytes: maxBytes } = settings;
    const fileSpace = new FileSpace({ ...settings, maxBytes, users: store });
    const onNewest = (newest: ReadonlyMap<string, string>) => chat.learnNewest(newest);
    this.#housekeeping = new Housekeeping({
      settings,
      store,
      fileSpace,
      agent,
      log,
      signal,
      onNewest,
    });
    const common = { settings, chat, agent, store, fileSpace, languages, log, signal };
    const services = {
      ...common,
      preferences,
      groups,
      machines,
      outbox: this.#outbox,
      admission: this.#admission,
      transcriber: this.#transcriber,
      updater: options.updater,
    };
    this.#router = new Router({
      ...services,
      systemStatus: (texts) => this.#status(texts),
      wasAway: (time) => this.#presence.wasAway(time),
      hearsSince: () => isOnline() ? this.#connection.state.since : undefined,
    });
    const service = new ScriptDesk({
      ...common,
      directory,
      admission: this.#admission,
      open: (place) => this.#router.conversations.get(place),
    });
    const { maxFileBytes } = chat;
    this.#serveScripts = () => serveSocket(stateDir, { service, maxFileBytes, log, signal });
    const [router, opencode] = [this.#router, this.#opencode];
    const events = machines?.join({ ...services, router, opencode }) ?? router;
    const handlers = eventHandlers(events, { bot, chat, texts: languages.texts, log });
    const [onUp, onRefused] = [() => this.#onUp(), this.#connected.reject];
    this.#connection = new Connection({ credentials, handlers, log, onUp, onRefused });
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
    const { up, since, lastError: why = this.#startTrouble } = this.#connection.state;
    const { name: opencode, away: opencodeWhy, agent } = this.#opencode;
    const { appId: app, cwd, allowedUsers } = this.#options.config;
    const pairing = allowedUsers.kind === "pair";
    const { counts: calls } = this.#feishu.calls;
    const server = { opencode, opencodeWhy, opencodeNews: agent.unknownEvents };
    const { trouble: groupsWait } = this.#feishu.bot;
    const machine = this.#machines?.name;
    const stored = await this.#storedHealth.read();
    return { app, cwd, up, since, why, groupsWait, calls, ...server, pairing, ...stored, machine };
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
    const settled = Promise.allSettled([this.#router.settled(), this.#outbox.settled()]);
    await deadline(settled, SHUTDOWN_MS)
      .catch(() => log.warn("some work did not stop in time"));
    // A store may be away.
    const saved = deadline(this.#feishu.calls.save(), SHUTDOWN_MS).catch(() => {});
    await Promise.all([serverGone, saved, this.#machines?.leave(SHUTDOWN_MS)]);
    await this.#store[Symbol.asyncDispose]();
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
    await this.#outbox.resume(await this.#router.resume());
    const loops = this.#machines?.begin(this.#stopping.signal) ?? [];
    for (const [what, loop] of loops) this.#supervise(what, loop);
    const { stateDir } = this.#options.config;
    this.#supervise(
      "remove people",
      () => handleRemovals(stateDir, (openId) => this.#unpair(openId), this.#stopping.signal),
    );
    this.#supervise("run what is scheduled", () => this.#router.scheduler.run());
    this.#supervise("serve scripts", this.#serveScripts);
    this.#supervise("tidy up", () => this.#housekeeping.run());
  }

  /** Revokes a pairing, even one that the settings now override; resolves with whether there was one. */
  async #unpair(openId: string): Promise<boolean> {
    const paired = await this.#store.paired();
    if (!paired.some((one) => one.openId === openId)) return false;
    await this.#admission.remove(openId);
    await this.#store.removePaired(openId);
    return true;
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
      transcriber: this.#transcriber,
      machine: this.#machines?.name,
      version: this.#options.version,
      stateLine: await this.#housekeeping.stateLine(texts),
      isOpenByDefault: this.#admission.isOpenByDefault,
    }, texts);
  }
}
