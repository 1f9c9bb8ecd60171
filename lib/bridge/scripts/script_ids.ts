import { createHash } from "node:crypto";
import type { AskAgent, SendMessage } from "../../model/script.ts";
import type { Changes } from "../../store/changes.ts";

/** How long the id of a request is remembered, in milliseconds. */
export const SCRIPT_MS = 7 * 24 * 3_600_000;

/** What is remembered of a request: that its id was used, and what for. */
export interface ScriptMarks {
  readonly used: string;
  readonly same: string;
  /** What its rows and files are named by. */
  readonly key: string;
}

/** What to remember of a request to a conversation, by its key. */
export function scriptMarks(
  request: SendMessage | AskAgent,
  conversation: string,
): ScriptMarks {
  const { kind, id, text } = request;
  const file = request.kind === "send" ? request.file : undefined;
  const content = createHash("sha256")
    .update(JSON.stringify([kind, conversation, text, file?.name]))
    .update(file?.bytes ?? "").digest("hex");
  const used = `script/${id}`;
  const same = `${used}/${content}`;
  return { used, same, key: keyOf(same) };
}

/** What the answer to a request is named by, from its id. */
export function answerKey(id: string): string {
  return keyOf(id);
}

/** The change that remembers a request. */
export function remembered({ used, same }: ScriptMarks): NonNullable<Changes["happened"]> {
  return [{ key: used, ttlMs: SCRIPT_MS }, { key: same, ttlMs: SCRIPT_MS }];
}

function keyOf(text: string): string {
  return `script-${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
}
