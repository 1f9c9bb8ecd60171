import { localMinute } from "../../base/time/local_time.ts";
import { safeName } from "../../base/safe_name.ts";
import { clipLine } from "../../base/text.ts";
import type { PastMessage } from "../../model/past_message.ts";
import { agentTexts } from "../../texts/agent.ts";
import type { LoadedFiles } from "./load_files.ts";

/** What {@linkcode pastText} needs. */
export interface PastTextOptions extends Pick<LoadedFiles, "names" | "failed"> {
  /** The `open_id` of the person to whose message the others belong. */
  readonly asker: string;
  /** What is said in recordings, by their keys. */
  readonly heard?: ReadonlyMap<string, string>;
}

/** What a message says, its files by name, and each message that it forwards with its author and time. */
export function pastText(message: PastMessage, options: PastTextOptions): string {
  const said = oneLineBreak(message.text);
  const files = message.attachments.map(({ kind, key, name: given = kind }) => {
    const words = options.heard?.get(key);
    if (words !== undefined) return agentTexts.placeholder("voice message", oneLineBreak(words));
    const name = options.names.get(key);
    const isLoaded = name !== undefined && !options.failed.has(key);
    return agentTexts.placeholder(
      kind,
      isLoaded ? name : agentTexts.notLoaded(name ?? safeName(given)),
    );
  });
  const isForward = message.forwards.length > 0;
  const forwards = transcript(message.forwards, options);
  return [
    said,
    ...files,
    isForward ? agentTexts.forwarded : "",
    isForward ? forwards.replaceAll(/^(?=.)/gm, "  ") : "",
  ].filter((part) => part !== "").join("\n");
}

/** Messages with author and time, one after the other. Further lines of a message are indented. */
export function transcript(messages: readonly PastMessage[], options: PastTextOptions): string {
  return messages.map((message) => {
    const text = pastText(message, options).replaceAll(/\n(?=.)/g, "\n    ");
    return `[${timeOf(message)}] ${authorName(message, options.asker)}: ${text}`;
  }).join("\n");
}

/** Control characters that separate files, groups, records and lines. */
const SEPARATORS = String.fromCharCode(0x1c, 0x1d, 0x1e, 0x85);
const LINE_BREAK = new RegExp(`\\r\\n?|[\\v\\f\\u2028\\u2029${SEPARATORS}]`, "g");

/** Whatever a model may take for a line break, as one: further lines are marked as part of their message. */
function oneLineBreak(text: string): string {
  return text.replaceAll(LINE_BREAK, "\n");
}

/** Who wrote a message, as the model reads it. A name is in quotes, so that no name looks like another writer. */
export function authorName({ author }: PastMessage, asker: string): string {
  if (author.isThisBot) return agentTexts.you;
  if (author.id === asker) return agentTexts.theSender;
  const name = (author.name ?? author.id).replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ");
  const shown = clipLine(name).replaceAll('"', "'");
  return shown === "" ? agentTexts.someone : `"${shown}"`;
}

/** When a message was sent, in this machine's time zone: `2026-11-28 10:02`. */
export function timeOf({ createdAt }: PastMessage): string {
  if (Number.isNaN(new Date(createdAt).getTime())) return "?";
  return localMinute(createdAt);
}
