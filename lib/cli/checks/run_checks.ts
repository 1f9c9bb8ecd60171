import { describe, UsageError } from "../../base/errors.ts";
import type { Config } from "../../config.ts";
import { type TerminalTexts, terminalTexts } from "../../texts/terminal_texts.ts";
import type { Args } from "../args.ts";
import { loadSettings, type Settings } from "../settings.ts";
import type { Check, CheckName } from "./check.ts";
import { type CheckContext, createContext } from "./context.ts";
import { envFileWarnings } from "./env_file_warnings.ts";
import { FEISHU_CHECKS } from "./feishu_checks.ts";
import { LIVE_CHECKS } from "./live_checks.ts";
import { LOCAL_CHECKS } from "./local_checks.ts";

/** All checks but that of the settings, in the order in which they run. */
export const CHECKS: readonly Check[] = [...LOCAL_CHECKS, ...FEISHU_CHECKS, ...LIVE_CHECKS];

/** How long a check may take, in milliseconds. */
const CHECK_MS = 90_000;
/** The same with a person in the chat. */
const LIVE_CHECK_MS = 10 * 60_000;

/** The outcome of one check. */
export interface Finding {
  readonly check: CheckName;
  /** Works, is broken, deserves a look, or was not checked. */
  readonly mark: "✓" | "✗" | "!" | "–";
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
  const mistakes = await settingsMistakes(args);
  // Incomplete settings may do for the checks of this machine.
  const settings = await loadSettings(args, { required: false })
    .catch((): Partial<Settings> => ({}));
  const { config, texts = terminalTexts("en") } = settings;
  const add = (finding: Finding): void => {
    findings.push(finding);
    options.report(finding, texts);
  };
  const { todo } = texts.checks.settings;
  for (const text of mistakes) add({ check: "settings", mark: "✗", text, todo });
  if (mistakes.length === 0) {
    const text = [config?.cwd ?? "", settings.envFile?.path].filter((one) => one).join(", ");
    add({ check: "settings", mark: "✓", text });
  }
  for (const warning of await envFileWarnings(settings.envFile, texts)) {
    add({ check: "settings", mark: "!", ...warning });
  }
  if (config === undefined) return findings;

  await using context = await createContext(config, texts, options);
  const isPossible = ({ needs }: Check) =>
    needs === undefined ||
    (mistakes.length === 0 && (needs !== "live" || (options.live && context.bridge === undefined)));
  const failed = new Set<CheckName>();
  for (const check of CHECKS) {
    const { name, needs, after } = check;
    if (options.offline && needs !== undefined) continue;
    const isBlocked = after !== undefined && failed.has(after);
    const finding: Finding = isPossible(check) && !isBlocked
      ? await runCheck(check, context)
      : { check: name, mark: "–", text: texts.skipped };
    if (finding.mark === "✗" || finding.mark === "–") failed.add(name);
    add(finding);
  }
  return findings;
}

/** The mistakes in the settings, one per line. */
async function settingsMistakes(args: Args): Promise<string[]> {
  try {
    await loadSettings(args);
    return [];
  } catch (error) {
    if (error instanceof UsageError) return error.message.split("\n");
    throw error;
  }
}

async function runCheck(check: Check, context: CheckContext): Promise<Finding> {
  const { name, needs, page, run } = check;
  const advice = check.todo?.(context) ?? context.texts.checks[name].todo;
  const todo = (page?: string) => advice + link(context.config, page);
  try {
    const signal = AbortSignal.timeout(needs === "live" ? LIVE_CHECK_MS : CHECK_MS);
    const result = await run(context, signal);
    return typeof result === "string"
      ? { check: name, mark: "✓", text: result }
      : { check: name, mark: "!", text: result.warning, todo: todo(result.page) };
  } catch (error) {
    return { check: name, mark: "✗", text: describe(error), todo: todo(page) };
  }
}

/** The address of a page of the app in the developer console. */
function link({ domain, appId }: Pick<Config, "domain" | "appId">, page?: string): string {
  return page === undefined ? "" : ` ${domain}/app/${appId}/${page}`;
}
