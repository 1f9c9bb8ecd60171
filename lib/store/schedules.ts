import type { IncomingMessage } from "../model/message.ts";
import { type Schedule, utcDay } from "../model/schedule.ts";
import type { ScheduleChange } from "./changes.ts";
import type { AtomicChanges, Kv } from "./kv/kv.ts";
import type { Disk } from "./disk.ts";
import { LIFETIMES_MS } from "./kv/lifetimes.ts";
import type { Values } from "./values.ts";

/** An entry of the index by time. */
export interface DueSchedule extends Pick<Schedule, "conversation" | "id"> {
  /** When it is due, in milliseconds since 1970. */
  readonly at: number;
}

/** A run that begins: its message, and the schedule afterwards; `undefined` if it never runs again. */
export interface TakenRun {
  readonly message: IncomingMessage;
  readonly after: Schedule | undefined;
}

/** How many due schedules are read at a time. */
const BATCH = 50;

/** The schedules of all conversations, with an index by the time at which each is due. */
export class Schedules {
  readonly #kv: Kv;
  readonly #values: Values;
  readonly #disk: Disk;
  #onChange: () => void = () => {};

  constructor(kv: Kv, values: Values, disk: Disk) {
    this.#kv = kv;
    this.#values = values;
    this.#disk = disk;
  }

  /** The schedules of one conversation or of all, each conversation's oldest first. */
  list(conversation?: string): Promise<Schedule[]> {
    const prefix = conversation === undefined ? ["schedule"] : ["schedule", conversation];
    return this.#disk.read(() => this.#values.list<Schedule>(prefix));
  }

  /** One schedule, if it exists. */
  get({ conversation, id }: Pick<Schedule, "conversation" | "id">): Promise<Schedule | undefined> {
    return this.#disk.read(() => this.#values.get<Schedule>(["schedule", conversation, id]));
  }

  /** Calls `onChange` after each change of a schedule by a commit. */
  watch(onChange: () => void): void {
    this.#onChange = onChange;
  }

  /** Notes that a commit has changed schedules. */
  noteChange(): void {
    this.#onChange();
  }

  /**
   * The first schedules that are due at a time (ms since 1970), the longest due first; `isAll` if no more are.
   *
   * @param isOurs Whether this machine runs those of a conversation, by its key.
   */
  async due(
    now: number,
    isOurs: (conversation: string) => boolean = () => true,
  ): Promise<{ readonly due: DueSchedule[]; readonly isAll: boolean }> {
    const due = await this.#index({ prefix: ["due"], end: ["due", now + 1] }, BATCH, isOurs);
    return { due, isAll: due.length < BATCH };
  }

  /** When the next schedule is due after a time, in milliseconds since 1970. */
  async nextDue(now: number): Promise<number | undefined> {
    const [first] = await this.#index({ prefix: ["due"], start: ["due", now + 1] }, 1);
    return first?.at;
  }

  /** Removes an entry of the index that no schedule stands for. */
  async forgetDue(due: DueSchedule): Promise<void> {
    await this.#disk.write(() => this.#kv.atomic().delete(dueKey(due, due.at)).commit());
  }

  /** How many runs began on the day of a time, in all conversations. */
  async runsOn(time: number): Promise<number> {
    const { value } = await this.#disk.read(() => this.#kv.get<number>(runsKey(time)));
    return value ?? 0;
  }

  /**
   * Puts the message of a run into the inbox, and the schedule forward, in one step and one attempt.
   *
   * @param before The schedule as it was read.
   * @returns Whether it was still like that; otherwise nothing has changed.
   */
  async take(before: Schedule, { message, after }: TakenRun, now: number): Promise<boolean> {
    const { entry, value } = await this.#disk.read(() =>
      this.#values.entry<Schedule>(["schedule", before.conversation, before.id])
    );
    if (JSON.stringify(value) !== JSON.stringify(before)) return false;
    const count = await this.#disk.read(() => this.#kv.get<number>(runsKey(now)));
    const atomic = this.#kv.atomic().check(entry).check(count)
      .set(count.key, (count.value ?? 0) + 1, { expireIn: LIFETIMES_MS.runs });
    this.#values.put(atomic, ["in", message.messageId], message);
    await write(atomic, before, after, this.#values);
    return (await this.#disk.write(() => atomic.commit())).ok;
  }

  async #index(
    selector: Deno.KvListSelector,
    limit: number,
    isMeant: (conversation: string) => boolean = () => true,
  ): Promise<DueSchedule[]> {
    return await this.#disk.read(async () => {
      const found: DueSchedule[] = [];
      for await (const { key, value: conversation } of this.#kv.list<string>(selector)) {
        if (!isMeant(conversation)) continue;
        found.push({ at: Number(key[1]), conversation, id: String(key[2]) });
        if (found.length >= limit) break;
      }
      return found;
    });
  }
}

/** Adds the change of a schedule to `atomic`, which fails if something else changes it meanwhile. */
export async function putSchedule(
  atomic: AtomicChanges,
  { conversation, id, change }: ScheduleChange,
  values: Values,
): Promise<void> {
  const { entry, value: before } = await values.entry<Schedule>(["schedule", conversation, id]);
  const after = change(before);
  if (after === before) return;
  atomic.check(entry);
  const known = before ?? after;
  if (known !== undefined) await write(atomic, known, after, values);
}

/** Adds a schedule, or its removal, to `atomic`, and its entry in the index. */
async function write(
  atomic: AtomicChanges,
  before: Schedule,
  after: Schedule | undefined,
  values: Values,
): Promise<void> {
  const key = ["schedule", before.conversation, before.id];
  if (before.nextAt !== undefined) atomic.delete(dueKey(before, before.nextAt));
  if (after?.nextAt !== undefined) atomic.set(dueKey(after, after.nextAt), after.conversation);
  if (after === undefined) await values.drop(atomic, key);
  else values.put(atomic, key, after);
}

function dueKey({ id }: Pick<Schedule, "id">, at: number): Deno.KvKey {
  return ["due", at, id];
}

function runsKey(time: number): Deno.KvKey {
  return ["runs", utcDay(time)];
}
