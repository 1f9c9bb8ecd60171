import { language } from "../config.ts";
import { describe, UsageError } from "../base/errors.ts";
import type { Args } from "./args.ts";
import { admit, CHECKS } from "./checks.ts";
import { loadSettings } from "./settings.ts";
import { print } from "./terminal.ts";
import { type Words, words } from "../texts/terminal.ts";

/** What a check found. */
export interface Finding {
  readonly check: keyof Words["checks"];
  readonly mark: "✓" | "✗" | "!" | "–";
  readonly text: string;
  /** What to do about it, with a link where there is a page for it. */
  readonly todo?: string;
}

/** How to examine. */
export interface ExamineOptions {
  /** Leave out what needs Feishu. */
  readonly offline: boolean;
  /** Somebody is there to write to the bot. */
  readonly live: boolean;
  /** Milliseconds that this person has for each step. */
  readonly stepMs?: number;
  /** Told each finding as it comes. */
  readonly found: (finding: Finding, say: Words) => void;
  /** Told what the person has to do. */
  readonly tell: (line: string) => void;
}

/** `doctor`: proves the chain from the settings to a pressed button; exit code 1 when a link is broken. */
export async function doctor(args: Args): Promise<number> {
  const json = args.flags.includes("json");
  const findings = await examine(args, {
    offline: args.flags.includes("offline"),
    live: !json && Deno.stdin.isTerminal(),
    found: json ? () => {} : (finding, say) => print(line(finding, say)),
    tell: print,
  });
  const broken = findings.filter(({ mark }) => mark === "✗").length;
  if (json) print(JSON.stringify(findings, undefined, 2));
  return broken === 0 ? 0 : 1;
}

function line({ check, mark, text, todo }: Finding, say: Words): string {
  return `${mark} ${say.checks[check].name}: ${text.replaceAll(/\s*\n\s*/g, " ")}${
    todo ? ` → ${todo}` : ""
  }`;
}

/** Makes all checks, one after the other. */
export async function examine(args: Args, options: ExamineOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  const wrong = await loadSettings(args).then(() => [], (error): string[] => {
    if (error instanceof UsageError) return error.message.split("\n");
    throw error;
  });
  // Bad settings may be good enough for what is on this machine.
  const config = await loadSettings(args, { required: false })
    .then(({ config }) => config, () => undefined);
  const say = words(config ? language(config) : "en");
  const add = (finding: Finding): void => {
    findings.push(finding);
    options.found(finding, say);
  };
  const { todo } = say.checks.settings;
  for (const text of wrong) add({ check: "settings", mark: "✗", text, todo });
  if (wrong.length === 0) add({ check: "settings", mark: "✓", text: config?.cwd ?? "" });
  if (config === undefined) return findings;

  await using clinic = await admit(config, say, options);
  const { patient } = clinic;
  const bad = new Set<string>();
  for (const { name, needs, after = "", page, run } of CHECKS) {
    if (options.offline && needs !== undefined) continue;
    const absent = (needs !== undefined && wrong.length > 0) ||
      (needs === "live" && (!options.live || patient.bridge !== undefined));
    if (absent || bad.has(after)) {
      bad.add(name);
      add({ check: name, mark: "–", text: say.skipped });
      continue;
    }
    const todo = (page?: string) =>
      say.checks[name].todo + (page ? ` ${config.domain}/app/${config.appId}/${page}` : "");
    try {
      const signal = AbortSignal.timeout(needs === "live" ? 10 * 60_000 : 90_000);
      const outcome = await run({ ...patient, signal });
      if (typeof outcome === "string") add({ check: name, mark: "✓", text: outcome });
      else add({ check: name, mark: "!", text: outcome.warn, todo: todo(outcome.page) });
    } catch (error) {
      add({ check: name, mark: "✗", text: describe(error), todo: todo(page) });
      bad.add(name);
    }
  }
  return findings;
}
