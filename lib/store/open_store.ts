import { join } from "@std/path";
import { UsageError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { fullDisk } from "./full_disk.ts";
import { JsonKv } from "./kv/json_kv.ts";
import type { Kv } from "./kv/kv.ts";
import { movedTo, refuseUnfinished } from "./move_state.ts";
import { openKvFile } from "./kv/open_kv_file.ts";
import { SharedKv } from "./kv/shared_kv.ts";
import { Store } from "./store.ts";
import { SCHEMA } from "./stored.ts";

/** Where the state of a bridge is. */
export interface StorePlace {
  readonly stateDir: string;
  /** The URL of a server of KV Connect, such as denokv; empty for a file in the state directory. */
  readonly kv: string;
  /** The access token of the server. */
  readonly kvToken: string;
}

/** The state of a bridge. */
export interface OpenedStore {
  readonly store: Store;
  /** Where a damaged file was moved to that was there instead. */
  readonly setAside?: string;
  /** The URL of the server to which it was moved, if it was: what is stored now is not there. */
  readonly moved?: string | undefined;
}

/**
 * Opens the state of a bridge: on the server of its settings, or `state.db` in the state directory. A damaged file is
 * moved aside and replaced by a new one.
 *
 * @param machine The name of this machine among those that use the server, for whoever works with conversations.
 * @throws {UsageError} When the disk is full, when a newer version of this program wrote the state, which is left
 * unchanged, or when the server refuses.
 * @throws {Error} When the server is away.
 */
export async function openStore(
  place: string | StorePlace,
  machine?: string,
): Promise<OpenedStore> {
  if (typeof place === "string") return await openFile(place);
  const { stateDir, kv: url, kvToken: token } = place;
  if (url === "") return await openFile(stateDir);
  return await begin(new JsonKv(await SharedKv.open({ url, token })), { machine });
}

async function openFile(stateDir: string): Promise<OpenedStore> {
  const path = join(stateDir, "state.db");
  try {
    return await begin(await openKvFile(path), { path });
  } catch (error) {
    // SQLite's messages for a file that is not a database, or whose pages are damaged.
    if (!/not a database|malformed/.test(String(error))) throw await fullDisk(stateDir, error);
    const setAside = `${path}.damaged-${newId()}`;
    for (const suffix of ["", "-wal", "-shm"]) {
      await Deno.rename(path + suffix, setAside + suffix).catch(() => {});
    }
    return { ...await begin(await openKvFile(path), { path }), setAside };
  }
}

async function begin(
  kv: Kv,
  { path, machine }: { readonly path?: string; readonly machine?: string | undefined },
): Promise<OpenedStore> {
  try {
    await refuseUnfinished({ kv, name: path ?? "BRIDGE_KV" });
    await refuseNewer(kv, path);
    return { store: new Store(kv, machine), moved: path && await movedTo(kv) };
  } catch (error) {
    await kv.close();
    throw error;
  }
}

/** Refuses what a newer version wrote, and has older versions refuse what is written from here on. */
async function refuseNewer(kv: Kv, path: string | undefined): Promise<void> {
  const { value: schema } = await kv.get<number>(["schema"]);
  if (schema === null || schema <= SCHEMA) {
    // On a full disk, `markAlive` sets it later.
    if (schema !== SCHEMA) await kv.atomic().set(["schema"], SCHEMA).commit().catch(() => {});
    return;
  }
  if (path === undefined) {
    throw new UsageError(
      `BRIDGE_KV holds the state of a newer version of this program (store version ${schema}, ` +
        `this one knows ${SCHEMA}): update this program`,
    );
  }
  throw new UsageError(
    `${path} was written by a newer version of this program (store version ${schema}, ` +
      `this one knows ${SCHEMA}): update this program, or set BRIDGE_STATE_DIR to another directory`,
  );
}
