import { abortable, deadline } from "@std/async";
import type { Log } from "../../base/log.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import type { ChatEvents } from "../../model/chat_events.ts";
import type { SeenMachine } from "../../model/machine.ts";
import type { IncomingMessage } from "../../model/message.ts";
import { conversationKey } from "../../model/place.ts";
import type { Shared } from "../../store/shared.ts";
import { Away } from "./away.ts";
import { Heartbeat } from "./heartbeat.ts";
import { InOrder } from "./in_order.ts";
import { Intake } from "./intake.ts";
import type { KnownMachines } from "./known_machines.ts";
import { Lookout } from "./lookout.ts";
import { MACHINE_TIMES, type MachineTimes } from "./machine_times.ts";
import { Moves } from "./moves.ts";
import type { Router } from "../router.ts";
import type { Services } from "../services.ts";
import { type SelfReport, SelfReports } from "./self_report.ts";
import { Switchboard } from "./switchboard.ts";
import { whileHeld } from "./while_held.ts";

/** What {@linkcode Machines} need. */
export interface MachinesOptions {
  readonly shared: Shared;
  /** Identifies the state directory. */
  readonly home: string;
  readonly version: string;
  /** The machine that gets new conversations while it is up; empty: whichever gets the first message. */
  readonly preferred: string;
  readonly times?: Partial<MachineTimes> | undefined;
  readonly log: Log;
}

/** What the work of this machine needs. */
export interface WorkOptions extends
  Pick<
    Services,
    | "store"
    | "settings"
    | "chat"
    | "agent"
    | "outbox"
    | "admission"
    | "languages"
    | "preferences"
    | "groups"
    | "log"
    | "signal"
  > {
  readonly router: Router;
  /** The opencode in use. */
  readonly opencode: { readonly name: string };
}

/** The parts that work once there is something to do. */
interface Work {
  readonly options: WorkOptions;
  readonly intake: Intake;
  readonly moves: Moves;
  readonly away: Away;
}

/** This machine among those that share the bot: its name, its signs of life, and the work that it takes and gives. */
export class Machines implements KnownMachines {
  readonly #options: MachinesOptions;
  readonly #times: MachineTimes;
  readonly #heartbeat: Heartbeat;
  readonly #lookout: Lookout;
  #inOrder: InOrder | undefined;
  #work: Work | undefined;

  constructor(options: MachinesOptions) {
    const { shared, preferred } = options;
    const times = { ...MACHINE_TIMES, ...options.times };
    this.#options = options;
    this.#times = times;
    this.#heartbeat = new Heartbeat({ ...options, rows: shared, times });
    this.#lookout = new Lookout({ rows: shared, times });
    shared.inbox.giveNewTo(() =>
      this.#lookout.machine(preferred)?.presence === "up" ? preferred : shared.machine
    );
  }

  /** The name of this machine. */
  get name(): string {
    return this.#options.shared.machine;
  }

  get all(): readonly SeenMachine[] {
    return this.#lookout.machines;
  }

  /** How many machines are up, this one included. */
  get upCount(): number {
    return this.#lookout.upCount;
  }

  /** Whether this machine may still show what it does; see `MachineTimes.leaseMs`. */
  get isHeld(): boolean {
    return this.#heartbeat.isHeld;
  }

  /**
   * Takes the name of this machine, and learns who owns what.
   *
   * @throws {UsageError} If another bridge runs under that name.
   * @throws The signal's reason.
   */
  async claim(report: SelfReport, signal: AbortSignal): Promise<void> {
    await this.#heartbeat.claim(report, signal);
    await abortable(this.#options.shared.owners.refresh(), signal);
    await abortable(this.#lookout.look(), signal);
  }

  /** Joins the work of the machines. Returns what takes the events of the chat. */
  join(options: WorkOptions): ChatEvents {
    const { shared } = this.#options;
    const { router, signal } = options;
    const parts = { ...options, shared, conversations: router.conversations };
    const away = new Away({ ...parts, lookout: this.#lookout });
    const board = new Switchboard({
      ...parts,
      takeOver: (key, to) => away.takeOver(key, to),
      onReceived: (message) => void away.received(message),
    });
    const waitMs = () => this.#lookout.upCount > 1 ? this.#times.orderMs : 0;
    const inOrder = this.#inOrder = new InOrder({ waitMs, signal });
    this.#work = {
      options,
      away,
      moves: new Moves({ ...parts, machine: (name) => this.#lookout.machine(name) }),
      intake: new Intake({
        ...parts,
        inOrder,
        receive: (message) => router.receive(message),
        act: board.act,
        onSettings: () => this.#learnSettings(options),
      }),
    };
    return board;
  }

  move(conversation: string): void {
    this.#work?.moves.move(conversation);
  }

  inOrder(message: IncomingMessage, hand: () => void): void {
    this.#inOrder?.add(message, hand);
  }

  /** The machine of a chat reads it; for one that is away, the first that is up. */
  mayRead(chatId: string): boolean {
    const { owners } = this.#options.shared;
    const owner = owners.entry(conversationKey({ chatId }))?.ownership.machine;
    if (owner === undefined || owner === owners.machine) return true;
    return this.#lookout.absence(owner) !== undefined && this.#lookout.isFirst;
  }

  /**
   * Begins to work with the others, once what this machine owned at its start is taken up. Returns the loops to be kept
   * running, each behind what it does.
   */
  begin(signal: AbortSignal): readonly (readonly [what: string, loop: () => Promise<void>])[] {
    const { owners } = this.#options.shared;
    for (const key of owners.gained) owners.tookUp(key);
    return [
      ["take what other machines got", () => this.#follow(signal)],
      ["look after other machines", () => this.#watchOthers(signal)],
    ];
  }

  /** Does work as long as this machine can store something; see {@linkcode whileHeld}. */
  whileHeld(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    return whileHeld(this, work, signal);
  }

  /** Gives signs of life until the signal aborts. @throws {UsageError} If the name was taken over. */
  async beat(signal: AbortSignal): Promise<void> {
    if (this.#work === undefined) return;
    const { router, settings: { cwd }, opencode } = this.#work.options;
    const reports = new SelfReports(router.conversations);
    await this.#heartbeat.run(() => reports.now({ cwd, opencode: opencode.name }), signal);
  }

  /** Takes what others have stored for this machine until the signal aborts. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { shared } = this.#options;
    const look = (isForAll: boolean, isSettings: boolean) =>
      void this.#work?.intake.look(isForAll, isSettings);
    const poll = async () => {
      while (!signal.aborted) {
        look(true, true);
        await pause(this.#times.lookMs, signal);
      }
    };
    await Promise.all([shared.watch(look, signal), poll()]);
  }

  /** Looks after the other machines and their chats until the signal aborts. */
  async #watchOthers(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#lookout.look();
      await this.#work?.away.look();
      await pause(this.#times.beatMs, signal);
    }
  }

  /** Says within so many milliseconds that this machine stops on purpose; never rejects. */
  async leave(ms: number): Promise<void> {
    await deadline(this.#heartbeat.leave(), ms).catch(() => {});
  }

  /** Learns what was set on other machines: for their conversations, and who may use the bot. */
  async #learnSettings({ store, preferences, admission }: WorkOptions): Promise<void> {
    const { owners } = this.#options.shared;
    for (const record of await store.conversations()) {
      if (!owners.isOurs(record.key)) preferences.note(record);
    }
    admission.learnPaired(await store.paired());
  }
}
