import { redact } from "../../base/secrets/redact.ts";
import { summaryLine } from "../../base/text.ts";
import type { ExportedTurn, Session } from "../../model/session.ts";
import type { ToolCall } from "../../model/tool_call.ts";
import type { Texts } from "../../texts/texts.ts";

const STATES: Readonly<Record<ToolCall["state"], string>> = {
  pending: "⏳",
  running: "▶️",
  completed: "✅",
  error: "❌",
};

/** A session as a Markdown document: what was asked, what the agent did and answered. Secrets are hidden. */
export function exportMarkdown(
  { id, directory, title }: Session,
  turns: readonly ExportedTurn[],
  texts: Pick<Texts, "exportedPrompt" | "exportedAnswer">,
): string {
  const head = [`# ${summaryLine(title) || id}`, `\`${id}\` · \`${directory}\``];
  const sections = turns.flatMap(({ prompt, created, reading }) => {
    const { text, tools, model = "", error } = reading;
    const calls = tools.map((call) => toolLine(call)).join("\n");
    return [
      "---",
      `## ${texts.exportedPrompt(timeOf(created))}`,
      prompt || "/compact",
      `## ${texts.exportedAnswer(model)}`,
      calls,
      text,
      error === undefined ? "" : `> ❌ ${summaryLine(error.message, 1_000)}`,
    ];
  });
  return redact(`${[...head, ...sections].filter((part) => part).join("\n\n")}\n`);
}

/** The time as `2026-11-28 14:03`, in the time zone of this machine. */
function timeOf(time: number): string {
  const { year, month, day, hour, minute } = Object.fromEntries(
    new Intl.DateTimeFormat("en", {
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    }).formatToParts(time).map(({ type, value }) => [type, value]),
  );
  return `${year}-${month}-${day} ${hour}:${minute}`;
}

function toolLine({ tool, title, state, depth, error }: ToolCall): string {
  const what = summaryLine(title).replaceAll("`", "'");
  const why = error === undefined ? "" : ` – ${summaryLine(error)}`;
  return `${"  ".repeat(depth)}- ${tool}${what ? ` \`${what}\`` : ""} ${STATES[state]}${why}`;
}
