import type { MachineState, SeenMachine } from "../../model/machine.ts";
import type { MachineEntry } from "../../store/shared.ts";
import type { MachineTimes } from "./machine_times.ts";

/** Where the signs of life of all machines are. */
export interface AllMachines {
  readonly machine: string;
  machines(): Promise<MachineEntry[]>;
}

/** What a {@linkcode Lookout} needs. */
export interface LookoutOptions {
  readonly rows: AllMachines;
  readonly times: Pick<MachineTimes, "beatMs" | "silentMs" | "awayMs">;
  /** The time in milliseconds, which never goes back. */
  readonly now?: () => number;
}

/** What is known of one machine. */
interface Known {
  readonly state: MachineState;
  readonly versionstamp: string;
  /** For how long it was looked at without a sign of life, in milliseconds. */
  readonly silentMs: number;
  /** Whether a sign of life came while this machine looked. */
  readonly wasSeen: boolean;
}

/**
 * Watches which machines are up. A machine is judged by whether its row changes while it is watched, never by
 * clocks; time in which nobody could watch does not count.
 */
export class Lookout {
  readonly #options: LookoutOptions;
  readonly #known = new Map<string, Known>();
  #lookedAt: number | undefined;

  constructor(options: LookoutOptions) {
    this.#options = options;
  }

  /** Looks once. */
  async look(): Promise<void> {
    const { rows, times, now = () => performance.now() } = this.#options;
    const entries = await rows.machines();
    const at = now();
    const passedMs = Math.min(at - (this.#lookedAt ?? at), 2 * times.beatMs);
    this.#lookedAt = at;
    for (const { state, versionstamp } of entries) {
      const before = this.#known.get(state.name);
      const isSame = before?.versionstamp === versionstamp;
      this.#known.set(state.name, {
        state,
        versionstamp,
        silentMs: isSame ? before.silentMs + passedMs : 0,
        wasSeen: !state.isStopped && (isSame ? before.wasSeen : before !== undefined),
      });
    }
  }

  /** All machines, this one first, the others by name. */
  get machines(): readonly SeenMachine[] {
    const { rows, times } = this.#options;
    return [...this.#known.values()].map(({ state, silentMs, wasSeen }): SeenMachine => {
      const isSelf = state.name === rows.machine;
      const isUp = isSelf || (wasSeen && silentMs < times.silentMs);
      const presence = isUp ? "up" : silentMs < times.awayMs ? "silent" : "away";
      return { ...state, isSelf, silentMs: isSelf ? 0 : silentMs, presence };
    }).toSorted((a, b) => Number(b.isSelf) - Number(a.isSelf) || (a.name < b.name ? -1 : 1));
  }

  /** One machine, by its name. */
  machine(name: string): SeenMachine | undefined {
    return this.machines.find((one) => one.name === name);
  }

  /** How many machines are up, this one included. */
  get upCount(): number {
    return Math.max(this.machines.filter(({ presence }) => presence === "up").length, 1);
  }

  /** What identifies the last sign of life of a machine that is away; `undefined` if it is not. */
  absence(name: string): string | undefined {
    return this.machine(name)?.presence === "away"
      ? this.#known.get(name)?.versionstamp
      : undefined;
  }

  /** Whether this machine is the first of those that are up, which does what one of them has to do. */
  get isFirst(): boolean {
    const [first] = this.machines.filter(({ presence }) => presence === "up")
      .map(({ name }) => name).toSorted();
    return first === this.#options.rows.machine;
  }
}
