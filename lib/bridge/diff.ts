import { join } from "@std/path";
import type { View } from "../feishu/view.ts";
import { redact } from "../log.ts";
import type { Diff } from "../opencode/tool.ts";
import type { Answer, Request } from "./actions.ts";
import { safeName } from "./attachments.ts";
import { brief } from "./brief.ts";
import { readHistory } from "./history.ts";

/** Files that are shown. */
const FILES = 15;
/** Characters of changes that are shown in all, and of one file. */
const SHOWN = 6_000;
const SHOWN_OF_FILE = 2_000;
/** Characters of a line that are shown: a phone is narrow. */
const LINE = 160;

/** Shows what the last turn changed, file by file; what does not fit comes as a file. */
export async function diff(request: Request): Promise<Answer> {
  const { host, agent, texts, signal } = request;
  const history = await readHistory(request);
  const turn = history?.turns[history.inForce - 1];
  if (history === undefined || turn === undefined) return { text: texts.nothingYet };
  const { session } = history;
  const prompts = turn.messages.filter(({ info }) => info.role === "user");
  const snapshots = await Promise.all(
    prompts.map(({ info }) => agent.api.diff(session, info.id, signal)),
  );
  const known = snapshots.flat();
  // opencode compares in git directories only; elsewhere its edits have to do.
  const changes = known.length > 0 ? known : await agent.api.edits(session, turn.id, signal);
  if (changes.length === 0) return { text: texts.nothingChanged(brief(turn.text)) };
  const { panels, whole } = panelsOf(changes, host.conversation.directory);
  const view: View = {
    status: "plain",
    title: texts.changedFiles,
    text: texts.changedBy(brief(turn.text), changes.length),
    panels,
  };
  if (whole) return { views: [view] };
  const file = await write(request, changes);
  return { views: [view, { status: "plain", file, isTemporary: true }] };
}

function panelsOf(changes: readonly Diff[], directory: string) {
  let room = SHOWN;
  let whole = changes.length <= FILES;
  const panels = changes.slice(0, FILES).map(({ file, patch, additions, deletions }) => {
    const name = file.startsWith(`${directory}/`) ? file.slice(directory.length + 1) : file;
    // The lines before the first place only name the file again.
    const places = redact(patch.slice(Math.max(patch.search(/^@@/m), 0))).trimEnd();
    const lines = places.split("\n").map((line) =>
      line.length > LINE ? `${line.slice(0, LINE - 1).toWellFormed()}…` : line
    );
    whole &&= !lines.some((line) => line.length === LINE);
    const shown: string[] = [];
    for (
      let left = Math.min(room, SHOWN_OF_FILE);
      lines.length > 0;
      shown.push(lines.shift() ?? "")
    ) {
      left -= (lines[0] ?? "").length + 1;
      if (left < 0) break;
    }
    room -= shown.join("\n").length;
    whole &&= lines.length === 0;
    if (lines.length > 0) shown.push(`… +${lines.length}`);
    const title = `\`${name.replaceAll("`", "'")}\` +${additions} −${deletions}`;
    return { title, text: `~~~~diff\n${shown.join("\n").replaceAll("~~~~", "~~~")}\n~~~~` };
  });
  return { panels, whole };
}

async function write({ incoming, outbox }: Request, changes: readonly Diff[]): Promise<string> {
  const folder = join(outbox, safeName(incoming.messageId));
  const path = join(folder, "changes.diff");
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const text = changes.map(({ patch }) => patch.trimEnd()).join("\n");
  await Deno.writeTextFile(path, `${redact(text)}\n`, { mode: 0o600 });
  return path;
}
