import { newId } from "../base/ids.ts";
import { defined, need, parser, string } from "../base/json.ts";
import type { Ownership } from "../model/machine.ts";
import { conversationKey, type Place } from "../model/place.ts";
import type { AtomicChanges, Kv } from "./kv/kv.ts";
import type { Disk } from "./disk.ts";
import { MovedError } from "./moved_error.ts";

/** Who owns a conversation, and the version of that entry. */
export interface OwnerEntry {
  readonly key: string;
  readonly ownership: Ownership;
  readonly versionstamp: string;
}

/** Entries that a commit writes, to be noted when it got through. */
export type Claims = readonly Pick<OwnerEntry, "key" | "ownership">[];

/** The names under which all learn of a change of any owner, and of what was set; no machine has them. */
export const OWNERS_CHANGED = "*";
export const SETTINGS_CHANGED = "#";

const parseOwnership = parser((stored): Ownership =>
  defined({
    machine: need(string(stored.machine)),
    sender: string(stored.sender),
    told: string(stored.told),
  })
);

/**
 * Which machine works for each conversation, among those that share a store. Each commit of a conversation checks
 * the version of its entry, so a machine that was taken for dead changes nothing when it comes back.
 */
export class Owners {
  /** The name of this machine. */
  readonly machine: string;
  readonly #kv: Kv;
  readonly #disk: Disk;
  readonly #known = new Map<string, OwnerEntry>();
  /** The conversations that came to this machine and were not taken up yet. */
  readonly #gained = new Set<string>();

  constructor(machine: string, kv: Kv, disk: Disk) {
    this.machine = machine;
    this.#kv = kv;
    this.#disk = disk;
  }

  /** All entries, as far as they are known here. */
  get entries(): readonly OwnerEntry[] {
    return [...this.#known.values()];
  }

  /** The entry of a conversation, as far as it is known here. */
  entry(key: string): OwnerEntry | undefined {
    return this.#known.get(key);
  }

  /** Whether this machine runs a conversation, or would if it began now. */
  isOurs(key: string): boolean {
    return (this.#known.get(key)?.ownership.machine ?? this.machine) === this.machine;
  }

  /** Whether a conversation is known to belong to this machine. */
  has(key: string): boolean {
    return this.#known.get(key)?.ownership.machine === this.machine;
  }

  /** Whether this machine sends the messages of a conversation. */
  maySend(key: string): boolean {
    const { machine = this.machine, sender = machine } = this.#known.get(key)?.ownership ?? {};
    return sender === this.machine || machine === this.machine;
  }

  /** The keys of the conversations that came to this machine, until they are taken up. */
  get gained(): readonly string[] {
    return [...this.#gained];
  }

  /** Notes that a conversation that came to this machine is taken up. */
  tookUp(key: string): void {
    this.#gained.delete(key);
  }

  /** Reads all entries again. */
  async refresh(): Promise<void> {
    const read = await this.#disk.read(() =>
      Array.fromAsync(this.#kv.list<unknown>({ prefix: ["owner"] }))
    );
    for (const entry of read) this.#note(entry);
  }

  /** Reads the entries of some conversations again. */
  async reread(keys: readonly string[]): Promise<void> {
    const entries = await this.#disk.read(() =>
      Promise.all(keys.map((key) => this.#kv.get<unknown>(["owner", key])))
    );
    for (const entry of entries) this.#note(entry);
  }

  /**
   * Adds to a commit that nobody else has taken the conversations over that it changes. What nobody had belongs to
   * this machine from then on; and what another one sends meanwhile, it does not send any more.
   *
   * @throws {MovedError} If one of them belongs to another machine.
   */
  fence(atomic: AtomicChanges, keys: Iterable<string>): Claims {
    const claims: Claims[number][] = [];
    for (const key of new Set(keys)) {
      const known = this.#known.get(key);
      const { machine = this.machine, sender, told } = known?.ownership ?? {};
      if (machine !== this.machine && sender !== this.machine) throw new MovedError(key, machine);
      atomic.check({ key: ["owner", key], versionstamp: known?.versionstamp ?? null });
      const isBack = machine === this.machine && (sender ?? told) !== undefined;
      if (known === undefined || isBack) claims.push({ key, ownership: { machine } });
    }
    this.claim(atomic, claims);
    return claims;
  }

  /**
   * Adds a message of a place to a commit: its owner is woken. A place that is new gets one.
   *
   * @param first Who gets a conversation that is new: a topic goes to its chat's machine.
   */
  address(
    atomic: AtomicChanges,
    place: Place & { readonly messageId: string },
    first: string,
  ): Claims {
    const key = conversationKey(place);
    const known = this.#known.get(key);
    const ownership = known?.ownership ?? this.#known.get(place.chatId)?.ownership;
    const machine = ownership?.machine ?? first;
    atomic.check({ key: ["owner", key], versionstamp: known?.versionstamp ?? null });
    if (machine !== this.machine) {
      atomic.set(["todo", machine, place.messageId], true);
      this.wake(atomic, machine);
    }
    const claims = known === undefined ? [{ key, ownership: { machine } }] : [];
    this.claim(atomic, claims);
    return claims;
  }

  /** Adds entries to a commit, and that everyone learns of them. */
  claim(atomic: AtomicChanges, claims: Claims): void {
    for (const { key, ownership } of claims) atomic.set(["owner", key], ownership);
    if (claims.length > 0) this.wake(atomic, OWNERS_CHANGED);
  }

  /** Adds to a commit that a machine is to look for news. */
  wake(atomic: AtomicChanges, machine: string): void {
    atomic.set(["wake", machine], newId());
  }

  /** Notes what a commit has written. */
  note(claims: Claims, versionstamp: string): void {
    for (const claim of claims) this.#known.set(claim.key, { ...claim, versionstamp });
  }

  /**
   * Replaces an entry, with whatever else is to be changed with it.
   *
   * @returns Whether it was still the same.
   */
  async replace(
    { key, versionstamp, ownership: before }: OwnerEntry,
    ownership: Ownership,
    more: (atomic: AtomicChanges) => Promise<void> = () => Promise.resolve(),
  ): Promise<boolean> {
    const atomic = this.#kv.atomic().check({ key: ["owner", key], versionstamp });
    this.claim(atomic, [{ key, ownership }]);
    this.wake(atomic, ownership.machine);
    await more(atomic);
    const result = await this.#disk.write(() => atomic.commit());
    if (result.ok) this.note([{ key, ownership }], result.versionstamp);
    else await this.reread([key]);
    const isGained = ownership.machine === this.machine && before.machine !== this.machine;
    if (result.ok && isGained) this.#gained.add(key);
    return result.ok;
  }

  /** Notes an entry as it was read, unless a newer one is known. */
  #note({ key: [, name], value, versionstamp }: Deno.KvEntryMaybe<unknown>): void {
    const key = String(name);
    const ownership = parseOwnership(value);
    if (ownership === undefined || versionstamp === null) return;
    const before = this.#known.get(key);
    if (versionstamp < (before?.versionstamp ?? "")) return;
    const isOurs = ownership.machine === this.machine;
    if (!isOurs) this.#gained.delete(key);
    else if (before?.ownership.machine !== this.machine) this.#gained.add(key);
    this.#known.set(key, { key, ownership, versionstamp });
  }
}
