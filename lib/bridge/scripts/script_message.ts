import { redact } from "../../base/secrets/redact.ts";
import { knownSecrets } from "../../base/secrets/known_secrets.ts";
import { type LedgerRow, newRow, numberedId } from "../../model/ledger.ts";
import type { Target } from "../../model/place.ts";
import type { SendMessage } from "../../model/script.ts";
import type { View } from "../../model/view.ts";
import { fitsMessages } from "../files_out/fits_messages.ts";
import type { Services } from "../services.ts";

/** What {@linkcode scriptRows} needs. */
export interface ScriptRowsOptions extends Pick<Services, "chat" | "fileSpace" | "settings"> {
  /** The conversation's key. */
  readonly conversation: string;
  readonly target: Target;
  /** The rows' ids, files and messages derive from it, so they are the same when the request is repeated. */
  readonly key: string;
}

/** Creates the rows of a script's message; `undefined` if there is no room for a file of it. */
export async function scriptRows(
  { text, file }: Pick<SendMessage, "text" | "file">,
  { chat, fileSpace, settings, conversation, target, key }: ScriptRowsOptions,
): Promise<LedgerRow[] | undefined> {
  const { maxMessageLength } = settings;
  const whole = knownSecrets.hide(text);
  const split = (markdown: string, max: number) => chat.splitAnswer(markdown, max);
  const views: View[] = [];
  if (fitsMessages(whole, maxMessageLength, split)) {
    const pieces = split(redact(text), maxMessageLength);
    views.push(...pieces.map((text) => ({ status: "plain", text }) as const));
  } else {
    const path = await fileSpace.writeAnswer(`message-${key}.md`, whole);
    if (path === undefined) return undefined;
    views.push({ status: "plain", file: path, isTemporary: true });
  }
  if (file !== undefined) {
    const path = await fileSpace.writeAnswer(`sent-${key}`, file.bytes);
    if (path === undefined) return undefined;
    views.push({ status: "plain", file: path, fileName: file.name, isTemporary: true });
  }
  return views.map((view, i) => {
    const id = numberedId(key, i);
    return { ...newRow(conversation, chat.slot(target, id), view, id), isAnswer: true };
  });
}
