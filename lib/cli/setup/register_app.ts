import { renderUnicodeCompact } from "uqr";
import { describe, UsageError } from "../../base/errors.ts";
import { networkReason } from "../../base/network/network_reason.ts";
import { object, string } from "../../base/json.ts";
import type { Config } from "../../config.ts";
import { CALLBACKS, EVENTS } from "../../feishu/connection/subscriptions.ts";
import type { defaultHttpInstance } from "../../feishu/sdk.ts";
import { SCOPES } from "../../feishu/rest/scopes.ts";
import type { TerminalTexts } from "../../texts/terminal_texts.ts";
import type { AppVariables } from "./app_variables.ts";
import { NAME } from "../program.ts";
import { print } from "../terminal.ts";

/** How many milliseconds Feishu may take for each request. */
const ANSWER_MS = 15_000;

/**
 * Creates the app by Feishu's device flow, or adds to an app what it lacks: its owner scans a QR code and
 * agrees. Who creates the app becomes the first user of the bot. Feishu may ignore what is asked for, so
 * what was granted has to be proven afterwards.
 *
 * @param appId The app to add to.
 * @throws {UsageError} When the owner declines, the code expires, Feishu does not create the app, or it was
 * another one that was changed.
 */
export async function registerApp(
  config: Config,
  texts: TerminalTexts,
  appId?: string,
): Promise<AppVariables> {
  const sdk = await import("../../feishu/sdk.ts");
  prepareHttp(sdk.defaultHttpInstance);
  const accounts = new URL(config.domain).host.replace(/^open\./, "accounts.");
  const isFeishu = accounts === "accounts.feishu.cn";
  const app = await sdk.registerApp({
    domain: accounts,
    larkDomain: isFeishu ? "accounts.larksuite.com" : accounts,
    source: NAME,
    addons: {
      // A bot, and nothing of Feishu's template of agents, which may read documents and calendars.
      preset: false,
      scopes: {
        tenant: SCOPES.filter(({ kind }) => kind !== "admin").map(({ name }) => name),
      },
      events: { items: { tenant: [...EVENTS] } },
      callbacks: { items: [...CALLBACKS] },
    },
    // The page must not offer to bind another app of the same person.
    ...(appId === undefined ? { createOnly: true } : { appId }),
    onQRCodeReady: ({ url, expireIn }) => showCode(url, Math.ceil(expireIn / 60), texts),
  }).catch((reason) => {
    throw new UsageError(
      failure(reason, accounts, texts, appId && `${config.domain}/app/${appId}`),
    );
  });
  const { client_id, client_secret, user_info } = app;
  if (appId !== undefined && client_id !== appId) {
    throw new UsageError(texts.repairedOther(client_id, appId));
  }
  return {
    FEISHU_APP_ID: client_id,
    FEISHU_APP_SECRET: client_secret,
    FEISHU_DOMAIN: user_info?.tenant_brand === "lark" && isFeishu
      ? "https://open.larksuite.com"
      : config.domain,
    // Never empty, which would let in everyone.
    FEISHU_ALLOWED_USERS: user_info?.open_id || "pair",
  };
}

/** The SDK sets no time limit, and would give up at the first poll that gets no answer. */
function prepareHttp({ defaults, interceptors }: typeof defaultHttpInstance): void {
  // As all other calls do: through node:https, Deno would want to read the system's description when
  // NODE_EXTRA_CA_CERTS is set.
  defaults.adapter = "fetch";
  defaults.timeout = ANSWER_MS;
  interceptors.response.use(undefined, (reason) => {
    const { response, config } = object(reason);
    const isPoll = /(?:^|&)action=poll(?:&|$)/.test(string(object(config).data) ?? "");
    if (response !== undefined || !isPoll) throw reason;
    // The owner may be agreeing just now, so it is asked again until the code expires (RFC 8628, section 3.5).
    return { error: "authorization_pending" };
  });
}

/** Why Feishu's flow has failed, and what to do. @param page The page of the app that was to be changed. */
function failure(
  reason: unknown,
  accounts: string,
  texts: TerminalTexts,
  page: string | undefined,
): string {
  // What Feishu says, the SDK rejects with an object that is not an error.
  const isAway = reason instanceof Error && object(reason).response === undefined;
  if (isAway) {
    const why = networkReason(reason, new URL(`https://${accounts}`));
    return texts.setupAway(accounts, texts.reason(why));
  }
  const code = string(object(reason)["code"]) ?? describe(reason);
  switch (code) {
    case "access_denied":
      return texts.declined;
    case "expired_token":
      return texts.codeExpired;
    default:
      return page === undefined ? texts.setupFailed(code) : texts.repairFailed(code, page);
  }
}

/** Prints the link, and above it the QR code when that fits on the terminal. */
function showCode(url: string, minutes: number, texts: TerminalTexts): void {
  const code = renderUnicodeCompact(url, { border: 2, ecc: "L" });
  const width = code.indexOf("\n");
  if (Deno.stdout.isTerminal() && Deno.consoleSize().columns >= width) {
    print(`${texts.scan}\n\n${code}\n`);
  }
  print(texts.openLink(url, minutes));
}
