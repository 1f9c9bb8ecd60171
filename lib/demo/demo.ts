import { join } from "@std/path";
import { replaceFile } from "../base/replace_file.ts";
import { DemoBridge, type DemoBridgeOptions } from "./demo_bridge.ts";
import { keepHistory, startDemoTwin } from "./demo_twin.ts";
import type { Twin } from "./feishu_twin/twin.ts";
import { type AnswerOptions, growingAnswer } from "./growing_answer.ts";
import { isToken, newToken } from "./page/page_key.ts";
import { TwinPage, type TwinPageOptions } from "./page/twin_page.ts";
import { scriptedEnv } from "./scripted_model/model_config.ts";
import { makePlayground } from "./scripted_model/playground.ts";
import { startScriptedModel } from "./scripted_model/scripted_model.ts";

/** How long the bridge may take to connect (ms). */
const CONNECT_MS = 60_000;
/** How many of the twin's people may use the bot. */
const ALLOWED_USERS = 2;

/** How to start a demo. */
export interface DemoOptions {
  /** The directory for everything that the demo keeps. */
  readonly home: string;
  /** Whether the next demo continues with the same chats, at the same address. */
  readonly keep: boolean;
  /** Whether opencode uses the scripted model, apart from the user's own data. */
  readonly scripted: boolean;
  /** The bridge; variables for the twin and the model are added to its environment. */
  readonly bridge: DemoBridgeOptions;
  /** The language of the page, as long as nobody chooses another one there. */
  readonly lang: NonNullable<TwinPageOptions["lang"]>;
  /** Called with problems that do not end the demo. */
  readonly report: (line: string) => void;
}

/** A bridge with everything around it on this machine. Made by {@linkcode startDemo}. */
export interface Demo extends AsyncDisposable {
  readonly twin: Twin;
  /** The address of the page, with the token that lets its reader in. */
  readonly link: string;
  /** Resolves when the bridge has connected to the twin. */
  connected(): Promise<unknown>;
  /** Rejects when the bridge ends. */
  failed(): Promise<never>;
  /** See {@linkcode growingAnswer}. */
  ask(text: string, options: Omit<AnswerOptions, "isSent">): Promise<string | undefined>;
}

/** Starts a twin with its page, the scripted model if it is wanted, and a bridge that connects to the twin. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { home, keep, scripted } = options;
  const history = keep ? join(home, "chat.json") : undefined;
  await using running = new AsyncDisposableStack();
  const twin = running.use(await startDemoTwin(history));
  const model = scripted ? running.use(startScriptedModel({ key: newToken() })) : undefined;
  const bridge = new DemoBridge({
    ...options.bridge,
    env: {
      ...options.bridge.env,
      ...(model === undefined ? {} : await scriptedEnv(model, home)),
      FEISHU_APP_ID: twin.app.id,
      FEISHU_APP_SECRET: twin.app.secret,
      FEISHU_DOMAIN: twin.url,
      FEISHU_ALLOWED_USERS: twin.users().slice(0, ALLOWED_USERS)
        .map(({ openId }) => openId).join(","),
    },
    // Scenes need the answers of the scripted model.
    ...(scripted ? { playground: () => makePlayground(join(home, "shop")) } : {}),
  });
  const page = running.use(
    new TwinPage(twin, {
      controls: bridge,
      lang: options.lang,
      token: keep ? await keptToken(join(home, "page.token")) : newToken(),
    }),
  );
  if (history !== undefined) running.use(keepHistory(twin, history, options.report));
  running.use(bridge);
  bridge.start();
  const demo = running.move();
  return {
    twin,
    link: page.link,
    connected: () => twin.until(() => twin.connections() > 0, { timeoutMs: CONNECT_MS }),
    failed: () => bridge.failed(),
    ask: (text, options) =>
      growingAnswer(twin, text, {
        ...options,
        isSent: async () => (await bridge.status()).waiting.length === 0,
      }),
    [Symbol.asyncDispose]: () => demo.disposeAsync(),
  };
}

/** The token of the last demo, so that a page that is still open may go on with this one. */
async function keptToken(file: string): Promise<string> {
  const kept = await Deno.readTextFile(file).catch(() => "");
  if (isToken(kept)) return kept;
  const token = newToken();
  await replaceFile(file, token);
  return token;
}
