import { describe, UsageError } from "../../base/errors.ts";
import type { Config } from "../../config.ts";
import { SETTINGS } from "../../settings.ts";
import { type TerminalTexts, terminalTexts } from "../../texts/terminal_texts.ts";
import type { Args } from "../args.ts";
import { findSettings, type FoundSettings } from "../settings.ts";
import { localeLanguage } from "../terminal_language.ts";
import type { Check, CheckName } from "./check.ts";
import { type CheckContext, createContext } from "./context.ts";
import { envFileWarnings } from "./env_file_warnings.ts";
import { FEISHU_CHECKS } from "./feishu_checks.ts";
import { LIVE_CHECKS } from "./live_checks.ts";
import { LOCAL_CHECKS } from "./local_checks.ts";
import { remedyOf } from "./remedy.ts";
import { VOICE_CHECK } from "./voice_check.ts";

/** All checks but that of the settings, in the order in which they run. */
export const CHECKS: readonly Check[] = [
  ...LOCAL_CHECKS,
  VOICE_CHECK,
  ...FEISHU_CHECKS,
  ...LIVE_CHECKS,
];

/** How long a check may take, in milliseconds. */
const CHECK_MS = 90_000;
/** The same with a person in the chat. */
const LIVE_CHECK_MS = 10 * 60_000;

/** The outcome of one check. */
export interface Finding {
  readonly check: CheckName;
  /** Works, is broken, deserves a look, or was not checked. */
  readonly status: "ok" | "fail" | "warn" | "skip";
  readonly text: string;
  /** What to do about it, with a link where the developer console has a page for it. */
  readonly todo?: string;
}

/** Which checks run, and who hears of them. */
export interface CheckOptions {
  /** Leave out what needs Feishu. */
  readonly offline: boolean;
  /** Somebody is there to write to the bot. */
  readonly live: boolean;
  /** How long this person has for each step, in milliseconds. */
  readonly stepMs?: number;
  /** Receives each finding as it comes. */
  readonly report: (finding: Finding, texts: TerminalTexts) => void;
  /** Tells this person what to do. */
  readonly tell: (line: string) => void;
}

/** Runs the checks one after the other. */
export async function runChecks(args: Args, options: CheckOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  const settings = await foundSettings(args);
  const { texts = terminalTexts(localeLanguage() ?? "en"), mistakes } = settings;
  const add = (finding: Finding): void => {
    findings.push(finding);
    options.report(finding, texts);
  };
  for (const { text, setting } of mistakes) {
    const todo = remedy(setting, settings, texts);
    add({ check: "settings", status: "fail", text: texts.reason(text), todo });
  }
  if (mistakes.length === 0) {
    const text = [settings.config?.cwd, settings.envFile?.path].filter((one) => one).join(", ");
    add({ check: "settings", status: "ok", text });
  }
  for (const warning of await envFileWarnings(settings.envFile, texts)) {
    add({ check: "settings", status: "warn", ...warning });
  }
  const { config, envFile } = settings;
  // Settings that were refused from a project's file start nothing, not even with the defaults.
  if (config === undefined || (envFile?.mistakes.length ?? 0) > 0) return findings;

  const bad = new Set(mistakes.map(({ setting }) => setting));
  await using context = await createContext(config, texts, options);
  /** Why a check is left out that could be made another time. */
  const whyNot = ({ needs }: Check): string | undefined => {
    if (needs !== "live") return undefined;
    if (context.bridge !== undefined) return texts.skippedWithBridge(context.bridge.pid);
    return options.live ? undefined : texts.skippedWithoutTerminal;
  };
  const failed = new Set<CheckName>();
  for (const check of CHECKS) {
    const { name, needs, after } = check;
    if (options.offline && needs !== undefined) continue;
    const isBlocked = [after ?? []].flat().some((name) => failed.has(name)) ||
      settingsOf(check).some((setting) => bad.has(setting));
    const skipped = isBlocked ? texts.skipped : whyNot(check);
    const finding: Finding = skipped === undefined
      ? await runCheck(check, context)
      : { check: name, status: "skip", text: skipped };
    if (finding.status === "fail" || finding.status === "skip") failed.add(name);
    add(finding);
  }
  return findings;
}

/** The settings with all their mistakes; nothing but the mistake when the env file cannot be read. */
async function foundSettings(
  args: Args,
): Promise<Partial<FoundSettings> & Pick<FoundSettings, "mistakes">> {
  return await findSettings(args).catch((error) => {
    if (error instanceof UsageError) return { mistakes: [{ text: error.message }] };
    throw error;
  });
}

/** What to do about a mistake in a setting: it is corrected where it was made. */
function remedy(
  setting: keyof Config | undefined,
  { origin }: Partial<FoundSettings>,
  texts: TerminalTexts,
): string {
  // A mistake of more than one setting says itself what to do.
  if (setting === undefined) return "";
  const from = origin?.(setting);
  if (from?.place === "option") return texts.correctOption;
  if (from?.place === "environment") return texts.correctVariable(SETTINGS[setting].name);
  return from?.place === "file" ? texts.correctIn(from.path) : texts.checks.settings.todo;
}

/** The settings that a check relies on. */
function settingsOf({ settings = [], needs }: Check): readonly (keyof Config)[] {
  return needs === undefined || needs === "network"
    ? settings
    : [...settings, "appId", "appSecret", "domain"];
}

async function runCheck(check: Check, context: CheckContext): Promise<Finding> {
  const { name, needs, page, run } = check;
  const { config, texts } = context;
  try {
    const signal = AbortSignal.timeout(needs === "live" ? LIVE_CHECK_MS : CHECK_MS);
    const result = await run(context, signal);
    return typeof result === "string"
      ? { check: name, status: "ok", text: texts.reason(result) }
      : {
        check: name,
        status: "warn",
        text: result.warning,
        todo: (result.todo ?? texts.checks[name].todo) + link(config, result.page),
      };
  } catch (error) {
    const english = describe(error);
    const text = texts.reason(english);
    if (check.mayBeUntold && !(error instanceof UsageError)) {
      return { check: name, status: "skip", text: `${texts.skipped}: ${text}` };
    }
    if (error instanceof UsageError && error.hasRemedy) {
      return { check: name, status: "fail", text };
    }
    const cause = error instanceof UsageError ? error.cause : undefined;
    const why = cause === undefined ? english : `${english}: ${describe(cause)}`;
    const todo = remedyOf(name, why, context) + link(config, page);
    return { check: name, status: "fail", text, todo };
  }
}

/** The address of a page of the app in the developer console. */
function link({ domain, appId }: Pick<Config, "domain" | "appId">, page?: string): string {
  return page === undefined ? "" : ` ${domain}/app/${appId}/${page}`;
}
