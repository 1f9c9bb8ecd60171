import { abortable, deadline, delay } from "@std/async";
import { describe, UsageError } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import type { Log } from "../../base/log.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import type { MachineState } from "../../model/machine.ts";
import type { MachineEntry } from "../../store/shared.ts";
import type { MachineTimes } from "./machine_times.ts";
import type { SelfReport } from "./self_report.ts";

/** Where machines give their signs of life. */
export interface MachineRows {
  readonly machine: string;
  machineRow(name: string): Promise<MachineEntry | undefined>;
  writeMachine(state: MachineState, before: string | null): Promise<string | undefined>;
}

/** What a {@linkcode Heartbeat} needs. */
export interface HeartbeatOptions {
  readonly rows: MachineRows;
  /** Identifies the state directory; see `MachineState`. */
  readonly home: string;
  readonly version: string;
  readonly times: Pick<MachineTimes, "beatMs" | "leaseMs" | "claimMs">;
  readonly log: Log;
}

/** How long one sign of life may take, in milliseconds. */
const BEAT_TIMEOUT_MS = 8_000;

/** The signs of life of this machine, and its right to its name. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #instance = newId();
  #versionstamp: string | null = null;
  /** The sign of life that is under way: while the KV is away, they do not pile up. */
  #writing: Promise<boolean> | undefined;
  /** When the last sign of life was given that is known to have got through: by both clocks, as one may stand still. */
  #beat = { mono: performance.now(), wall: Date.now() };
  #report: SelfReport = { cwd: "", directories: [], opencode: "", running: 0 };

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /**
   * Takes the name of this machine.
   *
   * @throws {UsageError} If another bridge runs under it.
   * @throws The signal's reason.
   */
  async claim(report: SelfReport, signal: AbortSignal): Promise<void> {
    const { rows, home, times, log } = this.#options;
    const row = () => abortable(rows.machineRow(rows.machine), signal);
    this.#report = report;
    for (;;) {
      const there = await row();
      // The same state directory means this machine: it is locked, so the earlier bridge is gone.
      const isFree = there === undefined || there.state.isStopped || there.state.home === home;
      if (!isFree) {
        log.info(`a machine named ${rows.machine} was here: waiting whether it is still there`);
        await delay(times.claimMs, { signal });
        const now = await row();
        if (now?.versionstamp !== there.versionstamp && !now?.state.isStopped) {
          throw this.#isTaken();
        }
      }
      this.#versionstamp = there?.versionstamp ?? null;
      if (await this.#write()) return;
    }
  }

  /** Gives a sign of life now and then until the signal aborts. @throws {UsageError} If the name was taken over. */
  async run(report: () => Promise<SelfReport>, signal: AbortSignal): Promise<void> {
    const { times, log } = this.#options;
    while (!signal.aborted) {
      this.#report = await report();
      await this.#write().then((isWritten) => isWritten ? undefined : this.#adopt())
        .catch((error) => {
          if (error instanceof UsageError) throw error;
          log.warn(`cannot tell the other machines of this one: ${describe(error)}`);
        });
      await pause(times.beatMs, signal);
    }
  }

  /** Whether the others cannot have taken over yet what this machine does. */
  get isHeld(): boolean {
    const { mono, wall } = this.#beat;
    const silentMs = Math.max(performance.now() - mono, Date.now() - wall);
    return silentMs < this.#options.times.leaseMs;
  }

  /** Says that this machine stops on purpose; never rejects. */
  async leave(): Promise<void> {
    // A sign of life that is under way says that it goes on.
    await this.#writing?.catch(() => {});
    await this.#write(true).catch(() => {});
  }

  /** Writes the row in time; resolves with whether it was still that of this bridge. */
  async #write(isStopped = false): Promise<boolean> {
    this.#writing ??= this.#put(isStopped).finally(() => this.#writing = undefined);
    return await deadline(this.#writing, BEAT_TIMEOUT_MS);
  }

  async #put(isStopped: boolean): Promise<boolean> {
    const { rows, home, version } = this.#options;
    const beat = { mono: performance.now(), wall: Date.now() };
    const state: MachineState = {
      ...this.#report,
      name: rows.machine,
      instance: this.#instance,
      home,
      version,
      at: beat.wall,
      ...(isStopped && { isStopped }),
    };
    const written = await rows.writeMachine(state, this.#versionstamp);
    if (written === undefined) return false;
    this.#versionstamp = written;
    this.#beat = beat;
    return true;
  }

  /** Takes over a sign of life that got through after its time was over. */
  async #adopt(): Promise<void> {
    const { rows } = this.#options;
    const there = await deadline(rows.machineRow(rows.machine), BEAT_TIMEOUT_MS);
    if (there !== undefined && there.state.instance !== this.#instance) throw this.#isTaken();
    this.#versionstamp = there?.versionstamp ?? null;
  }

  #isTaken(): UsageError {
    const { machine } = this.#options.rows;
    return new UsageError(
      `Another bridge on the same KV is named ${machine}: set BRIDGE_MACHINE to another name here`,
    );
  }
}
