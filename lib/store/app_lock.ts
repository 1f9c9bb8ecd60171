import { join } from "@std/path";
import { rmSync } from "node:fs";
import { UsageError } from "../base/errors.ts";
import { need, number, parser, string } from "../base/json.ts";
import { readJson } from "../base/read_json.ts";

/** Which app a bridge uses, and how. */
export interface AppUse {
  readonly appId: string;
  readonly domain: string;
  /** The state directory of the bridge. */
  readonly stateDir: string;
  /** Whether it shares its state with other bridges, which then share the app as well. */
  readonly isShared: boolean;
}

const parseHolder = parser((holder) => ({
  pid: need(number(holder.pid)),
  stateDir: need(string(holder.stateDir)),
}));

/**
 * Locks an app for a bridge, among all bridges of this user: Feishu gives each event of an app to one of its
 * connections, so each of two bridges would miss what the other gets. The kernel releases the lock when the process
 * dies. Where no lock can be kept, the bridge does without.
 *
 * @param defaultDir The default state directory, which is the same for all bridges.
 * @throws {UsageError} When another bridge uses the app.
 */
export async function lockApp(
  defaultDir: string,
  { appId, domain, stateDir, isShared }: AppUse,
): Promise<Disposable> {
  const dir = join(defaultDir, "apps");
  const host = new URL(domain).host.replaceAll(/[^\w.-]/g, "_");
  const path = join(dir, `${appId}.${host}`);
  const lock = await openLock(dir, path);
  if (lock === undefined) return { [Symbol.dispose]() {} };
  if (await lock.tryLock(!isShared)) {
    if (!await isAt(path, lock)) {
      lock.close();
      return await lockApp(defaultDir, { appId, domain, stateDir, isShared });
    }
    await Deno.writeTextFile(path, JSON.stringify({ pid: Deno.pid, stateDir })).catch(() => {});
    return { [Symbol.dispose]: () => release(lock, isShared ? undefined : path) };
  }
  lock.close();
  const holder = parseHolder(await readJson(path));
  throw new UsageError(
    `Another bridge on this machine uses the app ${appId}${
      holder ? ` (pid ${holder.pid}, state directory ${holder.stateDir})` : ""
    }: each would miss the messages that the other gets. Stop it, or make an app of its own with setup`,
  );
}

async function openLock(dir: string, path: string): Promise<Deno.FsFile | undefined> {
  try {
    await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
    return await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
  } catch {
    return undefined;
  }
}

/** Whether a file is still the one at its path: who had it before may have removed it. */
async function isAt(path: string, file: Deno.FsFile): Promise<boolean> {
  const [there, own] = await Promise.all([Deno.stat(path).catch(() => undefined), file.stat()]);
  return there?.ino === own.ino && there.dev === own.dev;
}

function release(lock: Deno.FsFile, path: string | undefined): void {
  try {
    if (path !== undefined) rmSync(path, { force: true });
  } finally {
    lock.close();
  }
}
