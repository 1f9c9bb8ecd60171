import { UsageError } from "../../base/errors.ts";
import { networkReason } from "../../base/network/network_reason.ts";
import { onlineConnections } from "../../feishu/rest/online_connections.ts";
import { missingScopes, type Scope } from "../../feishu/rest/scopes.ts";
import { type Check, type CheckResult, STEP_MS } from "./check.ts";
import type { CheckContext } from "./context.ts";

/** How far the clock may differ from Feishu's without a warning, in milliseconds. */
const MAX_SKEW_MS = 60_000;

/** What the checks of scopes have in common. */
const SCOPES = { needs: "feishu", after: "credentials", page: "auth", mayBeUntold: true } as const;

/** The checks of the way to Feishu and of the app. */
export const FEISHU_CHECKS: readonly Check[] = [
  { name: "network", needs: "feishu", run: network },
  { name: "clock", needs: "feishu", after: "network", run: clock },
  { name: "credentials", needs: "feishu", after: "network", page: "baseinfo", run: credentials },
  { name: "bot", needs: "feishu", after: "credentials", page: "bot", run: bot },
  { ...SCOPES, name: "scopes", run: scopes },
  { ...SCOPES, name: "extras", run: extras },
  { name: "connection", needs: "feishu", after: "credentials", run: connection },
  { name: "instances", needs: "feishu", after: "connection", mayBeUntold: true, run: instances },
];

async function network(
  { config: { domain }, found, texts }: CheckContext,
  signal: AbortSignal,
): Promise<CheckResult> {
  const response = await fetch(domain, {
    method: "HEAD",
    redirect: "manual",
    signal: AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)]),
  }).catch((error) => {
    const why = networkReason(error, new URL(domain));
    throw failed(texts.finding(domain, texts.reason(why)), why);
  });
  await response.body?.cancel();
  const date = Date.parse(response.headers.get("date") ?? "");
  if (!Number.isNaN(date)) found.clockSkewMs = date - Date.now();
  return domain;
}

function clock({ found: { clockSkewMs }, texts }: CheckContext): CheckResult {
  const text = texts.clockSkew(Math.round(Math.abs(clockSkewMs) / 1000));
  return Math.abs(clockSkewMs) < MAX_SKEW_MS ? text : { warning: text };
}

async function credentials({ feishu, config: { appId } }: CheckContext): Promise<CheckResult> {
  await feishu.checkCredentials();
  return appId;
}

async function bot({ feishu, found }: CheckContext, signal: AbortSignal): Promise<CheckResult> {
  found.bot = (await feishu.botInfo(signal)).name;
  return found.bot;
}

async function scopes(context: CheckContext, signal: AbortSignal): Promise<CheckResult> {
  const missing = (await missingIn(context, signal)).filter(({ kind }) => kind === "needed");
  if (missing.length === 0) return context.texts.fine;
  throw new UsageError(context.texts.missingScopes(missing.map(({ name }) => name).join(", ")));
}

/** Says what does not work without which scope, although the bot does. */
async function extras(context: CheckContext, signal: AbortSignal): Promise<CheckResult> {
  const { texts } = context;
  const missing = (await missingIn(context, signal)).filter(({ kind }) => kind !== "needed");
  if (missing.length === 0) return texts.fine;
  const byFeature = Map.groupBy(missing, ({ feature }) => feature);
  const lines = [...byFeature].map(([feature, scopes]) =>
    texts.without(scopes.map(({ name }) => name).join(", "), texts.features[feature])
  );
  const names = missing.map(({ name }) => name);
  return { warning: lines.join("; "), page: `auth?q=${names.join(",")}` };
}

/** The scopes that the app lacks. The call counts towards the month's, so it is made once. */
async function missingIn(
  { feishu, found }: CheckContext,
  signal: AbortSignal,
): Promise<readonly Scope[]> {
  return found.missingScopes ??= await missingScopes(feishu, signal);
}

async function connection({ bridge, listener, texts }: CheckContext): Promise<CheckResult> {
  if (bridge?.up) return texts.heldBy(bridge.pid);
  const down = (why: string) => failed(texts.connectionDown(texts.reason(why)), why);
  if (bridge) throw down(bridge.why);
  if (await listener().until(() => listener().up, STEP_MS)) return texts.fine;
  throw down(listener().why);
}

/** Whether another program holds a connection of the app. Feishu gives each event to one of them. */
async function instances(
  { feishu, texts }: CheckContext,
  signal: AbortSignal,
): Promise<CheckResult> {
  // One is the bridge's, or that of the check before.
  const others = await onlineConnections(feishu, signal) - 1;
  return others > 0 ? { warning: texts.otherConnections(others) } : texts.onlyConnection;
}

/** The error for a check that failed for this reason, which decides about the remedy. */
function failed(text: string, why: string): UsageError {
  return new UsageError(text, { cause: new Error(why) });
}
