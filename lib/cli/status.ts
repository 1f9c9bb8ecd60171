import { describe } from "../base/errors.ts";
import { visible } from "../base/visible.ts";
import { troubleText } from "../bridge/trouble_text.ts";
import type { StorePlace } from "../store/open_store.ts";
import { callsLine } from "../texts/calls_line.ts";
import { texts as chatTexts } from "../texts/texts.ts";
import type { Args } from "./args.ts";
import { findBridge } from "./background/bridge_record.ts";
import { bridgeLog } from "./background/log_part.ts";
import { EXIT } from "./exit_codes.ts";
import { installedService } from "./service/service_manager.ts";
import { loadStateSettings } from "./settings.ts";
import { complain, print } from "./terminal.ts";
import { countUndelivered } from "./undelivered.ts";

/**
 * `status`: shows whether a bridge runs, and how it is doing. Exits with 3 when none runs, and with 4 when it
 * is not connected to Feishu.
 */
export async function status(args: Args): Promise<number> {
  const { config, language, texts } = await loadStateSettings(args);
  if (args.flags.includes("json")) return await statusJson(config);
  const chat = chatTexts(language);
  const { statusFeishu, statusCalls, statusUndelivered, statusVersion } = chat;
  const bridge = await findBridge(config.stateDir);
  if (bridge === undefined) {
    const undelivered = await countUndelivered(config).catch((error) => {
      if (config.kv === "") throw error;
      complain(texts.reason(describe(error)));
    });
    if (undelivered) print(statusUndelivered(undelivered, ""));
    print(texts.noBridge);
    if (await installedService(config.stateDir, texts)) print(texts.serviceDown);
    return EXIT.noBridge;
  }
  const now = Date.now();
  const why = bridge.up || bridge.why === ""
    ? ""
    : texts.because(visible(texts.reason(bridge.why)));
  const { opencode, opencodeWhy } = bridge;
  const opencodeLine = texts.opencodeLine(visible(opencode), visible(texts.reason(opencodeWhy)));
  print([
    texts.bridgeRuns(bridge.pid, now - bridge.startedAt, bridge.ready),
    ...bridge.machine ? [chat.statusMachine(visible(bridge.machine))] : [],
    statusFeishu(bridge.up, now - bridge.since) + why,
    ...bridge.groupsWait ? [chat.statusGroupsWait(visible(bridge.groupsWait))] : [],
    ...bridge.trouble ? [troubleText(bridge.trouble, chat)] : [],
    ...bridge.calls ? [statusCalls(callsLine(bridge.calls, chat))] : [],
    ...opencode || opencodeWhy ? [opencodeLine] : [],
    ...bridge.opencodeNews ? [chat.statusUnknownEvents(visible(bridge.opencodeNews))] : [],
    statusUndelivered(bridge.undelivered, ""),
    ...bridge.pairing && bridge.paired.length === 0 ? [texts.codeInLogs] : [],
    statusVersion(bridge.version),
    ...bridge.cwd ? [texts.agentDirectory(visible(bridge.cwd))] : [],
    texts.logFile(bridgeLog(config.stateDir)),
  ].join("\n"));
  return bridge.up ? 0 : EXIT.notConnected;
}

/** The same for programs. Times are in milliseconds since 1970. */
async function statusJson(place: StorePlace): Promise<number> {
  const { stateDir } = place;
  const bridge = await findBridge(stateDir);
  const log = bridgeLog(stateDir);
  if (bridge === undefined) {
    const undelivered = await countUndelivered(place).catch((error) => {
      if (place.kv === "") throw error;
    });
    print(JSON.stringify({ running: false, undelivered, log }, undefined, 2));
    return EXIT.noBridge;
  }
  const { pid, startedAt, version, service, ready, undelivered, calls, machine, trouble } = bridge;
  const { up, since, why, groupsWait, opencode, opencodeWhy, opencodeNews } = bridge;
  const state = {
    running: true,
    pid,
    startedAt,
    version,
    service,
    ready,
    undelivered,
    feishu: { up, since, why, ...(groupsWait && { groupsWait }) },
    opencode: { name: opencode, why: opencodeWhy, unknown: opencodeNews },
    ...(trouble && { trouble }),
    ...(calls && { calls }),
    ...(machine && { machine }),
    log,
  };
  print(JSON.stringify(state, undefined, 2));
  return up ? 0 : EXIT.notConnected;
}
