import { join } from "@std/path";
import { UsageError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { object, string } from "../../base/json.ts";
import { readJson } from "../../base/read_json.ts";
import { replaceFile } from "../../base/replace_file.ts";
import type { Config } from "../../config.ts";
import type { Updater } from "../../model/updater.ts";
import { updateEn as say } from "../../texts/update_en.ts";
import { isBackground, isUserService } from "../background/bridge_record.ts";
import { RELEASE, REPOSITORY } from "../program.ts";
import { compareVersions } from "./compare_versions.ts";
import { ownPlan, startFinish } from "./finish_plan.ts";
import { installRelease } from "./install_release.ts";
import { ownBinary } from "./own_binary.ts";
import { newestRelease, type Release, releasesUrl } from "./release.ts";

/** What {@linkcode newUpdater} needs. */
export interface UpdaterOptions {
  readonly config: Pick<Config, "stateDir" | "updates">;
  readonly log: Log;
  /** Stops this bridge: another process waits for that, and starts it again. */
  readonly stop: () => void;
}

/** Updates the bridge of this process on behalf of somebody in the chat. */
export function newUpdater({ config, log, stop }: UpdaterOptions): Updater {
  const { stateDir, updates } = config;
  const file = join(stateDir, "update.json");
  const newest = async (signal?: AbortSignal): Promise<Release> => {
    const url = releasesUrl(updates);
    if (url !== undefined) return await newestRelease(url, signal);
    throw new UsageError(updates === "off" ? say.updatesOff : say.updateNowhere);
  };
  return {
    version: RELEASE,
    begin: (id) => replaceFile(file, JSON.stringify({ id })),
    lastId: async () => string(object(await readJson(file)).id),
    newest: async (signal) => {
      await ownBinary();
      const release = await newest(signal);
      return compareVersions(release.version, RELEASE) > 0 ? release : undefined;
    },
    install: async (wanted) => {
      const binary = await ownBinary();
      const release = await newest();
      if (release.version !== wanted) throw new UsageError(say.updateOther(release.version));
      await installRelease(release, {
        binary,
        isSecure: releasesUrl(updates)?.startsWith("https:") === true,
        repository: updates === "" ? REPOSITORY : undefined,
        tell: (line) => log.info(line),
      });
      const isService = isUserService();
      if (!isService && !isBackground()) return "by hand";
      startFinish({ ...await ownPlan(stateDir), isService });
      // A service is stopped by its manager.
      if (!isService) stop();
      return "restarts";
    },
  };
}
