import { redact } from "../../base/redact.ts";
import type { PermissionRequest } from "../../model/agent_request.ts";

/** How many characters of a command or change are shown. */
const MAX_CHARS = 3_000;

/** Describes what the agent wants to do, in Markdown: the command, or the file with its change. */
export function describePermission(request: PermissionRequest): string {
  const { permission, patterns, command = "", file = "", diff = "" } = request;
  if (command !== "") return fence("bash", redact(command));
  const path = redact(file || patterns.join(", "));
  const what = `${permission} \`${path.replaceAll("`", "'")}\``;
  return diff === "" ? what : `${what}\n\n${fence("diff", redact(diff))}`;
}

function fence(language: string, body: string): string {
  const shown = body.length > MAX_CHARS ? `${body.slice(0, MAX_CHARS).toWellFormed()}\n…` : body;
  // Fences of this length inside the body are shortened.
  return `~~~~${language}\n${shown.replaceAll("~~~~", "~~~")}\n~~~~`;
}
