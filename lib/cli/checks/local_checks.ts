import { isClearText } from "../../base/clear_text.ts";
import { ApiError, describe, UsageError } from "../../base/errors.ts";
import { hideCredentials } from "../../base/secrets/url_credentials.ts";
import { callCounts, isNearlyUsedUp } from "../../feishu/rest/call_counts.ts";
import { reason } from "../../opencode/http/reason.ts";
import { needOpencode } from "../../opencode/server/need_opencode.ts";
import { describeVersion } from "../../opencode/server/server_version.ts";
import { ownProviders } from "../../opencode/warn_without_model.ts";
import { askKv } from "../../store/kv/ask_kv.ts";
import { freeSpace } from "../../store/free_space.ts";
import { lockStateDir } from "../../store/state_dir.ts";
import { terminalLanguage } from "../terminal_language.ts";
import { callsLine } from "../../texts/calls_line.ts";
import { texts as chatTexts } from "../../texts/texts.ts";
import { RELEASE, VERSION } from "../program.ts";
import { countUndelivered } from "../undelivered.ts";
import { compareVersions } from "../update/compare_versions.ts";
import { knownNewest } from "../update/known_newest.ts";
import { releasesUrl } from "../update/release.ts";
import { withStore } from "../with_store.ts";
import { type Check, type CheckResult, STEP_MS } from "./check.ts";
import type { CheckContext } from "./context.ts";

/** Free disk space below which the check fails, in MB. */
const MIN_FREE_MB = 50;
/** Free disk space below which the check warns, in MB. */
const LOW_FREE_MB = 1_000;

/** The checks of this machine. */
export const LOCAL_CHECKS: readonly Check[] = [
  { name: "users", settings: ["allowedUsers"], run: users },
  { name: "state", settings: ["stateDir", "kv", "kvToken"], run: state },
  { name: "disk", after: "state", run: disk },
  { name: "undelivered", after: "disk", run: undelivered },
  { name: "calls", after: "disk", settings: ["callsPerMonth"], run: calls },
  {
    name: "opencode",
    settings: ["cwd", "opencodeCommand", "opencodeUrl"],
    run: opencode,
  },
  { name: "model", after: "opencode", run: model },
  { name: "asks", after: "opencode", run: asks },
  { name: "version", needs: "network", settings: ["updates"], run: version },
];

function users({ config: { allowedUsers }, texts }: CheckContext): CheckResult {
  switch (allowedUsers.kind) {
    case "everyone":
      if (allowedUsers.onPurpose) return texts.everyone;
      throw new UsageError(texts.everyone);
    case "pair":
      return "pair";
    case "list":
      return allowedUsers.openIds.join(", ");
  }
}

async function state(
  { config, bridge, texts }: CheckContext,
  signal: AbortSignal,
): Promise<CheckResult> {
  const { stateDir, kv: url, kvToken: token } = config;
  if (!bridge) (await lockStateDir(stateDir))[Symbol.dispose]();
  const place = bridge ? texts.usedBy(stateDir, bridge.pid) : stateDir;
  if (url === "") return place;
  await askKv({ url, token }, AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)]))
    .catch((error) => {
      if (error instanceof UsageError) throw error;
      throw new UsageError(`BRIDGE_KV cannot be reached: ${describe(error)}`);
    });
  const text = `${place}, BRIDGE_KV ${hideCredentials(url)}`;
  return isClearText(url) ? { warning: text, todo: texts.remedies.clearText } : text;
}

async function disk({ config: { stateDir }, texts }: CheckContext): Promise<CheckResult> {
  const mb = await freeSpace(stateDir);
  if (mb === undefined) return { warning: texts.freeSpaceUnknown, todo: "" };
  const text = texts.freeSpace(mb);
  if (mb < MIN_FREE_MB) throw new UsageError(text);
  return mb < LOW_FREE_MB ? { warning: text } : text;
}

async function undelivered({ config, bridge, texts }: CheckContext): Promise<CheckResult> {
  const count = bridge?.undelivered ?? await countUndelivered(config);
  return count === 0 ? texts.messages(0) : { warning: texts.messages(count) };
}

async function calls({ config, bridge }: CheckContext): Promise<CheckResult> {
  const { callsPerMonth } = config;
  const counts = bridge?.calls ??
    callCounts(await withStore(config, (store) => store.calls.read()), callsPerMonth, Date.now());
  const text = callsLine(counts, chatTexts(terminalLanguage(config)));
  if (counts.usedUpUntil !== "") throw new UsageError(text);
  return isNearlyUsedUp(counts) ? { warning: text } : text;
}

/** The server, and what the running bridge has got from it that it does not know. */
async function opencode(context: CheckContext, signal: AbortSignal): Promise<CheckResult> {
  const { bridge, texts } = context;
  const found = await findOpencode(context, signal);
  const news = bridge?.opencodeNews ?? "";
  return news === "" ? found : { warning: texts.opencodeNews(found, news), todo: texts.updateThis };
}

async function findOpencode(
  { config, texts, opencode: { attached, server, endpoint } }: CheckContext,
  signal: AbortSignal,
): Promise<string> {
  if (attached) {
    const found = await attached.probe({ signal, texts }).catch((error) => {
      if (error instanceof ApiError || error instanceof UsageError) throw error;
      throw new UsageError(texts.noServer(
        attached.url || config.opencodeUrl,
        texts.reason(reason(error)),
      ));
    });
    return `${attached.url} (${describeVersion(found)})`;
  }
  const command = await needOpencode(config.opencodeCommand, texts);
  await endpoint(signal);
  return server?.running ? `${command} (${describeVersion(server.running)})` : command;
}

async function model(
  { config: { cwd }, opencode: { agent }, texts }: CheckContext,
  signal: AbortSignal,
): Promise<CheckResult> {
  const providers = await agent.providers(cwd, signal);
  const own = ownProviders(providers);
  return own.length > 0 ? own.map(({ name }) => name).join(", ") : { warning: texts.freeModel };
}

async function asks(
  { config: { cwd }, opencode: { agent }, texts }: CheckContext,
  signal: AbortSignal,
): Promise<CheckResult> {
  return await agent.askRules(cwd, signal) ?? texts.noRules;
}

/** The version, and whether there is a newer one; it never fails. */
async function version(
  { config: { updates, stateDir }, texts }: CheckContext,
  signal: AbortSignal,
): Promise<CheckResult> {
  const url = releasesUrl(updates);
  if (url === undefined) return VERSION;
  try {
    const newest = await knownNewest(url, stateDir, signal);
    const isNew = compareVersions(newest, RELEASE) > 0;
    return isNew ? { warning: texts.updateThere(newest, RELEASE) } : VERSION;
  } catch (error) {
    return texts.updateUnknown(VERSION, texts.reason(describe(error)));
  }
}
