import { describe } from "../../base/errors.ts";
import type { IncomingMessage } from "../../model/message.ts";
import { conversationKey } from "../../model/place.ts";
import type { Transcriber } from "../../model/transcriber.ts";
import { loadFiles, type LoadOptions } from "../inbox/load_files.ts";

/** What {@linkcode hear} needs. */
export interface HearOptions extends LoadOptions {
  readonly transcriber: Transcriber;
}

/** What was heard in a voice message, or what its sender is told instead. */
export type Heard = { readonly text: string } | { readonly problem: string };

/** Loads the recording of a voice message, and turns it into text. Throws only the signal's reason. */
export async function hear(
  message: IncomingMessage,
  options: HearOptions,
  signal: AbortSignal,
): Promise<Heard> {
  const { transcriber: { maxMs, maxBytes }, transcriber, texts } = options;
  const { messageId } = message;
  const attachment = message.attachments.find(({ kind }) => kind === "audio");
  const durationMs = attachment?.durationMs ?? 0;
  // Known before anything is loaded.
  if (durationMs > maxMs) return { problem: texts.voiceTooLong(durationMs, maxMs) };
  const owner = { messageId, conversation: conversationKey(message) };
  const wanted = attachment === undefined ? [] : [{ messageId, attachment }];
  const { files: [file], problems } = await loadFiles(wanted, owner, options, signal);
  if (file === undefined) return { problem: problems.join("\n") || texts.voiceSilent };
  try {
    if (file.bytes > maxBytes) return { problem: texts.voiceTooLarge(file.bytes, maxBytes) };
    const text = spoken(await transcriber.transcribe({ path: file.path, durationMs }, signal));
    return text === "" ? { problem: texts.voiceSilent } : { text };
  } catch (error) {
    signal.throwIfAborted();
    return { problem: texts.voiceFailed(describe(error)) };
  } finally {
    // Nobody needs it any more.
    await Deno.remove(file.path).catch(() => {});
  }
}

/** What can neither be said nor be seen on a card. */
const UNSPOKEN =
  /(?!\n|\t)[\p{Cc}\p{Bidi_Control}\u00ad\u200b\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]/gu;

/** What was heard, without what a card would not show: what runs is what was seen. */
function spoken(text: string): string {
  return text.replaceAll(/\r\n?|[\u2028\u2029]/g, "\n").replaceAll(UNSPOKEN, "").trim();
}
