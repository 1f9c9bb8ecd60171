import { delay } from "@std/async";
import { UsageError } from "../base/errors.ts";
import { object } from "../base/json.ts";
import { clearKv, copyKv, isEmptyKv } from "./kv/copy_kv.ts";
import type { Kv } from "./kv/kv.ts";
import { SCHEMA } from "./stored.ts";

/** A KV, and what the user calls it. */
export interface NamedKv {
  readonly kv: Kv;
  /** Its URL, or the path of its file, which nobody else uses now. */
  readonly name: string;
}

/** How to move. */
export interface MoveOptions {
  readonly from: NamedKv;
  readonly to: NamedKv;
  /** Whether a state in the target may go. */
  readonly overwrite: boolean;
  /** The machine that has its conversations from then on, when machines share the target. */
  readonly machine?: string | undefined;
  /** How often a machine that shares one of them gives a sign of life, in milliseconds. */
  readonly beatMs: number;
  /** Is told how many values were copied so far. */
  readonly onProgress: (values: number) => void;
  /** Ends the wait for signs of life. */
  readonly signal: AbortSignal;
}

/**
 * Copies a state to another KV, and reads it back. The source stays as it is, and is marked as moved. Until all is
 * there the target is marked too, so that no bridge takes it for a state; the next move begins anew.
 *
 * @returns How many values there are.
 * @throws {UsageError} When a bridge runs on one of them, when the source holds nothing or only a part, or when the
 * target holds a state.
 * @throws The signal's reason.
 */
export async function moveState({ from, to, ...options }: MoveOptions): Promise<number> {
  for (const one of [from, to]) await refuseRunning(one, options);
  await refuseUnfinished(from);
  if (await isEmptyKv(from.kv)) throw new UsageError(`There is no state in ${from.name}`);
  const { value: moving } = await to.kv.get(["moving"]);
  if (moving === null && !options.overwrite && !await isEmptyKv(to.kv)) {
    throw new UsageError(
      `There is a state in ${to.name} already: --overwrite deletes it, and puts this one there`,
    );
  }
  await to.kv.atomic().set(["moving"], { from: from.name, since: Date.now() }).commit();
  await clearKv(to.kv);
  const values = await copyKv(from.kv, to.kv, options.onProgress);
  if (options.machine !== undefined) await claimAll(to.kv, options.machine);
  await to.kv.atomic().delete(["moving"]).set(["schema"], SCHEMA).commit();
  await from.kv.atomic().set(["moved"], { to: to.name, at: Date.now() }).commit();
  return values;
}

/**
 * Refuses a KV that was only copied in part.
 *
 * @throws {UsageError} When it was.
 */
export async function refuseUnfinished({ kv, name }: NamedKv): Promise<void> {
  const { value } = await kv.get(["moving"]);
  if (value === null) return;
  throw new UsageError(
    `${name} holds only a part of a state, as kv move did not get to its end: run it again`,
  );
}

/** Where a state was moved to, if it was. */
export async function movedTo(kv: Kv): Promise<string | undefined> {
  const { to } = object((await kv.get(["moved"])).value);
  return typeof to === "string" ? to : undefined;
}

/** Refuses a server that a bridge uses; clocks may differ, so it looks whether a machine gives a sign of life. */
async function refuseRunning(
  { kv, name }: NamedKv,
  { beatMs, signal }: Pick<MoveOptions, "beatMs" | "signal">,
): Promise<void> {
  const before = await machinesOf(kv);
  if (before.size === 0) return;
  await delay(beatMs * 1.5, { signal });
  for (const [machine, versionstamp] of await machinesOf(kv)) {
    if (versionstamp === before.get(machine)) continue;
    throw new UsageError(`The bridge on ${machine} uses ${name}: stop it first`);
  }
}

/** The machines that were not stopped on purpose: name → version of their sign of life. */
async function machinesOf(kv: Kv): Promise<Map<string, string>> {
  const found = await Array.fromAsync(kv.list<unknown>({ prefix: ["machine"] }));
  return new Map(
    found.filter(({ value }) => object(value).isStopped !== true)
      .map(({ key, versionstamp }) => [String(key[1]), versionstamp]),
  );
}

/** Gives all conversations to a machine: those that nobody has would be everybody's. */
async function claimAll(kv: Kv, machine: string): Promise<void> {
  const keys = new Set<unknown>();
  for (const kind of ["conversation", "prompt", "row"]) {
    for await (const { key } of kv.list({ prefix: [kind] })) keys.add(key[1]);
  }
  for (const key of keys) {
    await kv.atomic().set(["owner", String(key)], { machine }).commit();
  }
}
