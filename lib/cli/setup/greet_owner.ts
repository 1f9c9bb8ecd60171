import { NO_LOG } from "../../base/log.ts";
import { noteGreeted } from "../../bridge/people/greeter.ts";
import { type Config, language } from "../../config.ts";
import { render } from "../../feishu/draw/render.ts";
import { FeishuApi } from "../../feishu/rest/api.ts";
import { sendToPerson } from "../../feishu/rest/send_to_person.ts";
import { openStore, type StorePlace } from "../../store/open_store.ts";
import { lockStateDir } from "../../store/state_dir.ts";
import { terminalTexts } from "../../texts/terminal_texts.ts";
import { texts as chatTexts } from "../../texts/texts.ts";
import type { AppVariables } from "./app_variables.ts";

/** How long the greeting may take, in milliseconds. */
const GREETING_MS = 10_000;

/**
 * Writes to the owner of a new app first, so that nobody has to look for the bot in Feishu. Resolves with
 * whether it arrived: an app that is not published yet cannot send.
 */
export async function greetOwner(app: AppVariables, config: Config): Promise<boolean> {
  const { FEISHU_APP_ID: appId, FEISHU_APP_SECRET: appSecret, FEISHU_DOMAIN: domain } = app;
  const { FEISHU_ALLOWED_USERS: owner } = app;
  if (!owner.startsWith("ou_")) return false;
  const lang = language({ lang: config.lang, domain });
  const view = { status: "plain", text: terminalTexts(lang).greeting(config.cwd) } as const;
  const message = render(view, "post", chatTexts(lang));
  try {
    const feishu = new FeishuApi({ appId, appSecret, domain }, NO_LOG);
    const signal = AbortSignal.timeout(GREETING_MS);
    await sendToPerson(feishu, owner, message, `owner.${appId}`, signal);
  } catch {
    return false;
  }
  await noteInStore(config, owner).catch(() => {});
  return true;
}

/** Notes that this person need not be greeted again. It fails only while a bridge runs with this directory. */
async function noteInStore(place: StorePlace, openId: string): Promise<void> {
  using _lock = await lockStateDir(place.stateDir);
  const { store } = await openStore(place);
  await using _store = store;
  await noteGreeted(store, openId);
}
