import { redact } from "../../base/secrets/redact.ts";
import { knownSecrets } from "../../base/secrets/known_secrets.ts";
import { type LedgerRow, newRow, numberedId } from "../../model/ledger.ts";
import type { Target } from "../../model/place.ts";
import type { SendMessage } from "../../model/script.ts";
import type { View } from "../../model/view.ts";
import type { Services } from "../services.ts";

/** What {@linkcode scriptRows} needs. */
export interface ScriptRowsOptions extends Pick<Services, "chat" | "fileSpace" | "settings"> {
  /** The conversation's key. */
  readonly conversation: string;
  readonly target: Target;
  /** The rows' ids, files and messages derive from it, so they are the same when the request is repeated. */
  readonly key: string;
}

/** How many messages a text may have; a longer one becomes a file. */
const MAX_MESSAGES = 5;

/** Creates the rows of a script's message; `undefined` if there is no room for a file of it. */
export async function scriptRows(
  { text, file }: Pick<SendMessage, "text" | "file">,
  { chat, fileSpace, settings, conversation, target, key }: ScriptRowsOptions,
): Promise<LedgerRow[] | undefined> {
  const { maxMessageLength } = settings;
  const isHuge = text.length > MAX_MESSAGES * maxMessageLength;
  const pieces = isHuge ? [] : chat.splitAnswer(redact(text), maxMessageLength);
  const isLong = isHuge || pieces.length > MAX_MESSAGES;
  const views: View[] = isLong ? [] : pieces.map((piece) => ({ status: "plain", text: piece }));
  if (isLong) {
    const path = await fileSpace.writeAnswer(`message-${key}.md`, knownSecrets.hide(text));
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
