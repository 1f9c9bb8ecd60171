import type { TerminalTexts } from "../texts/terminal_texts.ts";
import type { Args } from "./args.ts";
import { type Finding, runChecks } from "./checks/run_checks.ts";
import { print } from "./terminal.ts";

/**
 * `doctor`: checks every link from the settings to a pressed button, and says what to do about each broken
 * one. Exits with 1 when one is broken.
 */
export async function doctor(args: Args): Promise<number> {
  const json = args.flags.includes("json");
  const findings = await runChecks(args, {
    offline: args.flags.includes("offline"),
    live: !json && Deno.stdin.isTerminal(),
    report: json ? () => {} : (finding, texts) => print(line(finding, texts)),
    tell: print,
  });
  if (json) print(JSON.stringify(findings, undefined, 2));
  return findings.some(({ mark }) => mark === "✗") ? 1 : 0;
}

function line({ check, mark, text, todo }: Finding, texts: TerminalTexts): string {
  const oneLine = text.replaceAll(/\s*\n\s*/g, " ");
  return `${mark} ${texts.checks[check].name}: ${oneLine}${todo ? ` → ${todo}` : ""}`;
}
