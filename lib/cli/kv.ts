import { join } from "@std/path";
import { describe, UsageError } from "../base/errors.ts";
import { baseUrl } from "../base/setting.ts";
import { settingMistake } from "../config.ts";
import { machineName } from "../bridge/machines/machine_name.ts";
import { MACHINE_TIMES } from "../bridge/machines/machine_times.ts";
import { moveState, type NamedKv } from "../store/move_state.ts";
import { JsonKv } from "../store/kv/json_kv.ts";
import type { Kv } from "../store/kv/kv.ts";
import { openKvFile } from "../store/kv/open_kv_file.ts";
import { SharedKv } from "../store/kv/shared_kv.ts";
import { lockStateDir } from "../store/state_dir.ts";
import { usage } from "../texts/usage.ts";
import type { Args } from "./args.ts";
import { loadStateSettings } from "./settings.ts";
import { complain, print } from "./terminal.ts";
import { mistake } from "./mistake.ts";

/** How long a server may be away before this gives up, in milliseconds. */
const AWAY_MS = 30_000;

/**
 * `kv move --to URL|--from URL`: copies the state of this machine to a shared KV, or back.
 *
 * @throws {UsageError} When a bridge uses one of them, or the target holds a state, unless `--overwrite` is given.
 */
export async function kv({ to, from, ...args }: Args): Promise<void> {
  const given = to ?? from;
  if (given === undefined || (to !== undefined && from !== undefined)) {
    throw mistake(usage.moveWhere);
  }
  const url = baseUrl(given);
  if (url === undefined) {
    const { text } = settingMistake("kv", given, to === undefined ? "--from" : "--to");
    throw mistake(text);
  }
  const { config, texts, envFile } = await loadStateSettings(args);
  const { stateDir, kvToken: token } = config;
  if (token === "") throw mistake(usage.moveToken);
  using _lock = await lockStateDir(stateDir);
  const path = join(stateDir, "state.db");
  const server = new JsonKv(await SharedKv.open({ url, token }));
  const gaveUp = new AbortController();
  const watched = setInterval(() => giveUp(server, gaveUp), 1_000);
  try {
    const local = { kv: await openKvFile(path), name: path };
    try {
      const ways: { readonly from: NamedKv; readonly to: NamedKv } = to === undefined
        ? { from: { kv: server, name: url }, to: local }
        : { from: local, to: { kv: server, name: url } };
      const overwrite = args.flags.includes("overwrite");
      const onProgress = (values: number) => complain(texts.moving(values));
      const machine = to === undefined ? undefined : await machineName(config.machine, stateDir);
      const { beatMs } = MACHINE_TIMES;
      const { signal } = gaveUp;
      const values = await moveState({ ...ways, overwrite, machine, beatMs, onProgress, signal });
      print(texts.moved(values, ways.from.name, ways.to.name));
      print(
        to === undefined ? texts.unsetKv : texts.setKv(url, envFile.path ?? join(stateDir, ".env")),
      );
    } finally {
      await local.kv.close();
    }
  } catch (error) {
    if (error instanceof UsageError || server.trouble === undefined) throw error;
    throw new UsageError(texts.moveBroken(describe(error)), { cause: error });
  } finally {
    clearInterval(watched);
    await server.close();
  }
}

/** Ends what waits for a server that has been away for long. */
function giveUp(server: Kv, gaveUp: AbortController): void {
  const { since, why } = server.trouble ?? { since: Infinity, why: "" };
  if (Date.now() - since <= AWAY_MS) return;
  gaveUp.abort(new Error(why));
  server.close();
}
