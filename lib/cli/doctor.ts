import type { TerminalTexts } from "../texts/terminal_texts.ts";
import type { Args } from "./args.ts";
import { type Finding, runChecks } from "./checks/run_checks.ts";
import { print } from "./terminal.ts";

/**
 * `doctor`: checks every link from the settings to a pressed button, and says what to do about each broken
 * one. Exits with 1 when one is broken.
 */
export async function doctor(args: Args): Promise<number> {
  let lastTodo: string | undefined;
  const say = (finding: Finding, texts: TerminalTexts) => {
    // The same advice under the same advice tells nothing.
    print(line(finding, finding.todo === lastTodo ? "" : finding.todo, texts));
    lastTodo = finding.todo;
  };
  const json = args.flags.includes("json");
  const findings: Finding[] = [];
  try {
    await runChecks(args, {
      offline: args.flags.includes("offline"),
      // After `setup --manual` nothing can arrive yet.
      live: !json && !args.flags.includes("manual") && Deno.stdin.isTerminal(),
      report: (finding, texts) => {
        findings.push(finding);
        if (!json) say(finding, texts);
      },
      tell: print,
    });
  } finally {
    // Whoever reads it wants what was found, even when something unexpected ended the checks.
    if (json) print(JSON.stringify(findings, undefined, 2));
  }
  return findings.some(({ status }) => status === "fail") ? 1 : 0;
}

/** How a line begins. */
const MARKS = { ok: "✓", fail: "✗", warn: "!", skip: "–" } as const;

function line(
  { check, status, text }: Finding,
  todo: string | undefined,
  texts: TerminalTexts,
): string {
  const oneLine = text.replaceAll(/\s*\n\s*/g, " ");
  const found = texts.finding(texts.checks[check].name, oneLine);
  return `${MARKS[status]} ${found}${todo ? ` → ${todo}` : ""}`;
}
