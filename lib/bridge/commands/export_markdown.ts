import { redact } from "../../base/secrets/redact.ts";
import { summaryLine } from "../../base/text.ts";
import { localMinute } from "../../base/time/local_time.ts";
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
      `## ${texts.exportedPrompt(localMinute(created))}`,
      prompt || "/compact",
      `## ${texts.exportedAnswer(model)}`,
      calls,
      text,
      error === undefined ? "" : `> ❌ ${summaryLine(error.message, 1_000)}`,
    ];
  });
  return redact(`${[...head, ...sections].filter((part) => part).join("\n\n")}\n`);
}

function toolLine({ tool, title, state, depth, error }: ToolCall): string {
  const what = summaryLine(title).replaceAll("`", "'");
  const why = error === undefined ? "" : ` – ${summaryLine(error)}`;
  return `${"  ".repeat(depth)}- ${tool}${what ? ` \`${what}\`` : ""} ${STATES[state]}${why}`;
}
