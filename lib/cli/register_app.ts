import { renderUnicodeCompact } from "uqr";
import { describe, UsageError } from "../base/errors.ts";
import { object, string } from "../base/json.ts";
import type { Config } from "../config.ts";
import { SCOPES } from "../feishu/rest/scopes.ts";
import type { TerminalTexts } from "../texts/terminal_texts.ts";
import type { AppVariables } from "./app_variables.ts";
import { NAME } from "./program.ts";
import { print } from "./terminal.ts";

/** Incoming messages, which the bot cannot do without, and recalled ones, which cancel a prompt. */
const EVENTS = ["im.message.receive_v1", "im.message.recalled_v1"];
/** Clicks on buttons. */
const CALLBACKS = ["card.action.trigger"];

/**
 * Creates the app by Feishu's device flow: its owner scans a QR code and agrees. The owner becomes the
 * first user of the bot.
 *
 * @throws {UsageError} When the owner declines, the code expires, or Feishu does not create the app.
 */
export async function registerApp(config: Config, texts: TerminalTexts): Promise<AppVariables> {
  const sdk = await import("@larksuiteoapi/node-sdk");
  // As all other calls do: through node:https, Deno would want to read the system's description when
  // NODE_EXTRA_CA_CERTS is set.
  sdk.defaultHttpInstance.defaults.adapter = "fetch";
  const accounts = new URL(config.domain).host.replace(/^open\./, "accounts.");
  const isFeishu = accounts === "accounts.feishu.cn";
  const app = await sdk.registerApp({
    domain: accounts,
    larkDomain: isFeishu ? "accounts.larksuite.com" : accounts,
    source: NAME,
    addons: {
      scopes: { tenant: SCOPES.map(({ name }) => name) },
      events: { items: { tenant: EVENTS } },
      callbacks: { items: CALLBACKS },
    },
    onQRCodeReady: ({ url, expireIn }) => showCode(url, Math.ceil(expireIn / 60), texts),
  }).catch((reason) => {
    // The SDK rejects with an object that is not an error.
    const code = string(object(reason)["code"]) ?? describe(reason);
    const known: Record<string, string> = {
      access_denied: texts.declined,
      expired_token: texts.codeExpired,
    };
    throw new UsageError(known[code] ?? texts.setupFailed(code));
  });
  const { client_id, client_secret, user_info } = app;
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

/** Prints the link, and above it the QR code when that fits on the terminal. */
function showCode(url: string, minutes: number, texts: TerminalTexts): void {
  const code = renderUnicodeCompact(url, { border: 2, ecc: "L" });
  const width = code.indexOf("\n");
  if (Deno.stdout.isTerminal() && Deno.consoleSize().columns >= width) {
    print(`${texts.scan}\n\n${code}\n`);
  }
  print(texts.openLink(url, minutes));
}
