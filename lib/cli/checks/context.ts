import { NO_LOG } from "../../base/log.ts";
import type { Config } from "../../config.ts";
import { FeishuApi } from "../../feishu/rest/api.ts";
import type { Scope } from "../../feishu/rest/scopes.ts";
import { type ConnectedOpencode, connectOpencode } from "../../opencode/connect.ts";
import type { TerminalTexts } from "../../texts/terminal_texts.ts";
import { type BridgeRecord, findBridge } from "../background/bridge_record.ts";
import { listen, type Listener } from "./listener.ts";

/** What the checks share. */
export interface CheckContext {
  readonly config: Config;
  readonly texts: TerminalTexts;
  /** The bridge that runs on this machine. It holds what some checks would need. */
  readonly bridge: BridgeRecord | undefined;
  readonly feishu: FeishuApi;
  readonly opencode: ConnectedOpencode;
  /** A connection of our own to Feishu, opened by the first check that needs it. */
  listener(): Listener;
  /** What earlier checks found out for later ones. */
  readonly found: {
    /** The bot's name. */
    bot: string;
    /** Feishu's clock minus this machine's, in milliseconds. */
    clockSkewMs: number;
    /** When somebody was asked to write to the bot, in milliseconds since 1970. */
    askedAt: number;
    /** The scopes that the app lacks. */
    missingScopes?: readonly Scope[];
  };
  /** Tells the person at the terminal what to do. */
  readonly tell: (line: string) => void;
  /** How long this person has for each step, in milliseconds. */
  readonly stepMs: number;
}

/** Creates the context of the checks. Disposing of it ends everything that the checks started. */
export async function createContext(
  config: Config,
  texts: TerminalTexts,
  options: { stepMs?: number; tell: (line: string) => void },
): Promise<CheckContext & AsyncDisposable> {
  const { tell, stepMs = 90_000 } = options;
  const { appId, appSecret, domain } = config;
  const credentials = { appId, appSecret, domain };
  // The checks start an opencode server of their own, because the bridge's may be the broken link.
  const scratch = await scratchDir(config.stateDir);
  // Without one, the check of opencode says that nothing can be written there.
  const stateDir = scratch ?? config.stateDir;
  const { opencodeUrl: url, opencodeCommand: command, cwd } = config;
  const opencode = connectOpencode({ url, command, cwd, stateDir, log: NO_LOG });
  let listener: Listener | undefined;
  return {
    config,
    texts,
    bridge: await findBridge(config.stateDir),
    feishu: new FeishuApi(credentials, NO_LOG),
    opencode,
    listener: () => listener ??= listen(credentials, NO_LOG, texts.pressed),
    found: { bot: "", clockSkewMs: 0, askedAt: 0 },
    tell,
    stepMs,
    async [Symbol.asyncDispose]() {
      await listener?.[Symbol.asyncDispose]();
      await opencode.server?.stop();
      if (scratch !== undefined) await Deno.remove(scratch, { recursive: true });
    },
  };
}

/** Makes a directory where the system has its temporary files, or in the state directory. */
async function scratchDir(stateDir: string): Promise<string | undefined> {
  for (const dir of [undefined, stateDir]) {
    const made = await Deno.makeTempDir({ prefix: "doctor-", ...(dir !== undefined && { dir }) })
      .catch(() => undefined);
    if (made !== undefined) return made;
  }
  return undefined;
}
