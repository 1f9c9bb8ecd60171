import { delay } from "@std/async";
import { UsageError } from "../base/errors.ts";
import { signal } from "../opencode/server/process.ts";
import { listProfiles, profileDir } from "../base/profiles.ts";
import { defaultStateDir } from "../config.ts";
import type { TerminalTexts } from "../texts/terminal_texts.ts";
import { updateEn as say } from "../texts/update_en.ts";
import type { Args } from "./args.ts";
import { type BridgeRecord, findBridge } from "./background/bridge_record.ts";
import { EXIT } from "./exit_codes.ts";
import { bridgeLog, linesSince, logEnd } from "./background/log_part.ts";
import { RELEASE, releaseOf, REPOSITORY } from "./program.ts";
import { serviceName, stopCommands } from "./service/service_manager.ts";
import { loadStateSettings, pathBase } from "./settings.ts";
import { print } from "./terminal.ts";
import { compareVersions } from "./update/compare_versions.ts";
import { byService } from "./update/finish.ts";
import { installRelease } from "./update/install_release.ts";
import { newestRelease, releasesUrl } from "./update/release.ts";
import { otherBridge, restartNew } from "./update/restart.ts";
import { ownBinary } from "./update/own_binary.ts";

/** How long a restart may take, with the way back, in milliseconds. */
const RESTART_MS = 150_000;
/** How long it may take until it is told in the log why the old binary is back, in milliseconds. */
const TOLD_MS = 2_000;

/**
 * `update`: installs the newest release in the place of this binary, and restarts the bridge of the state directory
 * with it. `--check` only says whether there is one, and exits with 3 then.
 *
 * @throws {UsageError} When nothing was changed, with why.
 */
export async function update(args: Args): Promise<number> {
  const { config: { stateDir, updates }, texts } = await loadStateSettings(args);
  const isCheck = args.flags.includes("check");
  // What cannot be replaced is said before anything is asked for.
  const binary = isCheck ? "" : await ownBinary();
  const url = releasesUrl(updates);
  if (url === undefined) {
    if (updates === "off") throw new UsageError(say.updatesOff);
    // What replaces this program, where an update does not, knows better.
    await ownBinary();
    throw new UsageError(say.updateNowhere);
  }
  const release = await newestRelease(url);
  const order = compareVersions(release.version, RELEASE);
  if (order <= 0) {
    print(order === 0 ? texts.updateNewest(RELEASE) : texts.updateOlder(RELEASE, release.version));
    // An update may have been killed before it has restarted the bridge.
    const isOther = ({ version }: BridgeRecord) => releaseOf(version) !== RELEASE;
    return isCheck ? 0 : await restartBridges(RELEASE, binary, stateDir, texts, isOther);
  }
  if (isCheck) {
    print([texts.updateThere(release.version, RELEASE), release.page].join("\n").trimEnd());
    return EXIT.newVersion;
  }
  await installRelease(release, {
    binary,
    isSecure: url.startsWith("https:"),
    repository: updates === "" ? REPOSITORY : undefined,
    tell: (line) => print(texts.reason(line)),
  });
  if (await findBridge(stateDir) === undefined) print(texts.updateNoBridge);
  return await restartBridges(release.version, binary, stateDir, texts);
}

/** Restarts the bridge of a state directory if it has to be, and says which others go on with the old version. */
async function restartBridges(
  version: string,
  binary: string,
  stateDir: string,
  texts: TerminalTexts,
  isOld: (bridge: BridgeRecord) => boolean = () => true,
): Promise<number> {
  const bridge = await findBridge(stateDir);
  const shared = defaultStateDir(pathBase());
  const profiles = (await listProfiles(shared)).map((name) => profileDir(shared, name));
  for (const dir of [shared, ...profiles].filter((one) => one !== stateDir)) {
    const other = await findBridge(dir);
    if (other?.binary === binary && isOld(other)) print(texts.updateByHand(other.pid));
  }
  if (bridge === undefined || !isOld(bridge)) return 0;
  return await restart(bridge, binary, version, stateDir, texts);
}

/** Restarts a bridge with the new binary, or says how. */
async function restart(
  bridge: BridgeRecord,
  binary: string,
  version: string,
  stateDir: string,
  texts: TerminalTexts,
): Promise<number> {
  const { pid } = bridge;
  if (bridge.service && bridge.stopCommand === stopCommands(serviceName(stateDir)).system) {
    print(texts.updateByHandService(`sudo systemctl restart ${serviceName(stateDir)}`));
    return 0;
  }
  if (!bridge.service && (!bridge.isBackground || bridge.binary !== binary)) {
    print(texts.updateByHand(pid));
    return 0;
  }
  print(texts.updateRestarting(pid));
  const log = await logEnd(bridgeLog(stateDir));
  if (!bridge.service) signal(pid, "SIGUSR2");
  const { bridge: next, wentBack } = bridge.service
    ? await restartNew({ stateDir, binary, oldPid: pid, ...await byService(stateDir) })
    : { bridge: await otherBridge(stateDir, pid, { hasEnded: () => false, withinMs: RESTART_MS }) };
  const own = releaseOf(bridge.version);
  if (next === undefined) throw new UsageError(say.updateBackDown(version, own));
  if (releaseOf(next.version) === version) {
    print(texts.updateDone(version, next.pid));
    return 0;
  }
  // Who has restarted a bridge in the background says why in its log, right afterwards.
  let told: string | undefined;
  for (const end = performance.now() + TOLD_MS; !told && performance.now() < end;) {
    told = (await linesSince(log)).findLast((line) => line.startsWith(`Version ${version} `));
    await delay(100);
  }
  throw new UsageError(told ?? say.updateBack(version, wentBack || say.updateLogged, own));
}
