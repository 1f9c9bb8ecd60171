import { newId } from "../base/ids.ts";
import { defined, list, need, number, parser, string } from "../base/json.ts";
import type { MachineState } from "../model/machine.ts";
import type { RelayedEvent } from "../model/relayed_event.ts";
import type { AtomicChanges, Kv } from "./kv/kv.ts";
import type { Disk } from "./disk.ts";
import type { Marks } from "./marks.ts";
import { Owners, OWNERS_CHANGED, SETTINGS_CHANGED } from "./owners.ts";
import { SharedInbox } from "./shared_inbox.ts";
import type { Values } from "./values.ts";

/** A machine's row, and its version, which changes with each sign of life. */
export interface MachineEntry {
  readonly state: MachineState;
  readonly versionstamp: string;
}

/** An event that another machine has passed on. */
export interface Relayed {
  readonly id: string;
  readonly event: RelayedEvent;
}

const parseState = parser((state): MachineState =>
  defined({
    name: need(string(state.name)),
    instance: need(string(state.instance)),
    home: string(state.home) ?? "",
    cwd: string(state.cwd) ?? "",
    directories: list(state.directories, string),
    opencode: string(state.opencode) ?? "",
    version: string(state.version) ?? "",
    running: number(state.running) ?? 0,
    at: number(state.at) ?? 0,
    isStopped: state.isStopped === true ? true : undefined,
  })
);

/** What machines that share a store know of each other, and pass on. */
export class Shared {
  /** The name of this machine. */
  readonly machine: string;
  readonly owners: Owners;
  readonly inbox: SharedInbox;
  readonly #kv: Kv;
  readonly #values: Values;
  readonly #disk: Disk;

  constructor(
    machine: string,
    marks: Marks,
    kv: Kv,
    values: Values,
    disk: Disk,
  ) {
    this.machine = machine;
    this.owners = new Owners(machine, kv, disk);
    this.inbox = new SharedInbox(kv, values, disk, marks, this.owners);
    this.#kv = kv;
    this.#values = values;
    this.#disk = disk;
  }

  /** The rows of all machines. */
  async machines(): Promise<MachineEntry[]> {
    const entries = await this.#disk.read(() =>
      Array.fromAsync(this.#kv.list<unknown>({ prefix: ["machine"] }))
    );
    return entries.flatMap(({ value, versionstamp }) => {
      const state = parseState(value);
      return state === undefined ? [] : [{ state, versionstamp }];
    });
  }

  /** The row of one machine, by its name. */
  async machineRow(name: string): Promise<MachineEntry | undefined> {
    const { value, versionstamp } = await this.#disk.read(() =>
      this.#kv.get<unknown>(["machine", name])
    );
    const state = parseState(value);
    return state === undefined || versionstamp === null ? undefined : { state, versionstamp };
  }

  /**
   * Writes the row of this machine, in one attempt, unless somebody else has written it since.
   *
   * @param before The version that it had; `null` if there was none.
   * @returns The new version; `undefined` if it was another.
   */
  async writeMachine(state: MachineState, before: string | null): Promise<string | undefined> {
    const key = ["machine", state.name];
    const atomic = this.#kv.atomic().check({ key, versionstamp: before }).set(key, state);
    const result = await this.#disk.write(() => atomic.commit());
    return result.ok ? result.versionstamp : undefined;
  }

  /** Adds to a commit that all learn that something was set; returns the commit. */
  addSettings(atomic: AtomicChanges): AtomicChanges {
    this.owners.wake(atomic, SETTINGS_CHANGED);
    return atomic;
  }

  /** Makes a pairing code valid for so many milliseconds, in place of the one before. */
  async offerCode(code: string, ttlMs: number, before: string): Promise<void> {
    const atomic = this.#kv.atomic().delete(["code", before])
      .set(["code", code], Date.now() + ttlMs, { expireIn: ttlMs });
    await this.#disk.write(() => atomic.commit());
  }

  /** Uses a pairing code up; resolves with whether it counted until then. */
  async takeCode(code: string): Promise<boolean> {
    const entry = await this.#disk.read(() => this.#kv.get<number>(["code", code]));
    if (entry.value === null || entry.value < Date.now()) return false;
    const atomic = this.#kv.atomic().check(entry).delete(entry.key);
    return (await this.#disk.write(() => atomic.commit())).ok;
  }

  /** Passes an event on to another machine, in one attempt. */
  async relay(machine: string, event: RelayedEvent): Promise<void> {
    const atomic = this.#kv.atomic();
    this.addRelay(atomic, machine, event);
    await this.#disk.write(() => atomic.commit());
  }

  /** Adds to a commit that an event is passed on. */
  addRelay(atomic: AtomicChanges, machine: string, event: RelayedEvent): void {
    // Ids of one machine sort by time.
    this.#values.put(atomic, ["relay", machine, newId()], { event });
    this.owners.wake(atomic, machine);
  }

  /** What was passed on to this machine and is not done, oldest first. */
  async relayed(): Promise<Relayed[]> {
    const prefix = ["relay", this.machine];
    const found: Relayed[] = [];
    const keys = await this.#disk.read(() => Array.fromAsync(this.#kv.list({ prefix })));
    for (const { key } of keys) {
      const stored = await this.#disk.read(() => this.#values.get<Omit<Relayed, "id">>(key));
      if (stored !== undefined) found.push({ ...stored, id: String(key[2]) });
    }
    return found;
  }

  /** Forgets what was passed on and is done. */
  async doneRelayed(id: string): Promise<void> {
    const atomic = this.#kv.atomic();
    await this.#values.drop(atomic, ["relay", this.machine, id]);
    await this.#disk.write(() => atomic.commit());
  }

  /**
   * Calls back when there may be news for this machine, until the signal aborts.
   *
   * @param onNews Is told whether they may be about who owns what, and about what was set.
   */
  async watch(
    onNews: (owners: boolean, settings: boolean) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const names = [this.machine, OWNERS_CHANGED, SETTINGS_CHANGED];
    const reader = this.#kv.watch(names.map((name) => ["wake", name])).getReader();
    const end = () => void reader.cancel().catch(() => {});
    signal.addEventListener("abort", end, { once: true });
    try {
      for (let last: readonly (string | null)[] = []; !signal.aborted;) {
        const { done, value = [] } = await reader.read();
        if (done) break;
        const now = value.map(({ versionstamp }) => versionstamp);
        onNews(now[1] !== last[1], now[2] !== last[2]);
        last = now;
      }
    } finally {
      signal.removeEventListener("abort", end);
      end();
    }
  }
}
