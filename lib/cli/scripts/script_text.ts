import { basename } from "@std/path";
import type { SentContent } from "../../model/script.ts";
import type { TerminalTexts } from "../../texts/terminal_texts.ts";
import { mistake } from "../mistake.ts";

/** The largest text in bytes. */
const MAX_TEXT_BYTES = 8 * 1024 ** 2;
/** The largest file in bytes, which is what Feishu takes. */
const MAX_FILE_BYTES = 30 * 1024 ** 2;

/**
 * The text of a command: what was typed, or standard input for `-`, without the line break at its end.
 *
 * @throws {UsageError} When it is empty, no text, or too long.
 */
export async function scriptText(typed: string, texts: TerminalTexts): Promise<string> {
  const text = typed === "-" ? await standardInput(texts) : typed;
  if (text.trim() === "") throw mistake(texts.textEmpty);
  if (new TextEncoder().encode(text).length > MAX_TEXT_BYTES) {
    throw mistake(texts.textTooLong(MAX_TEXT_BYTES / 1024 ** 2));
  }
  return text;
}

async function standardInput(texts: TerminalTexts): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  try {
    for await (const chunk of Deno.stdin.readable) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > MAX_TEXT_BYTES) {
        throw mistake(texts.textTooLong(MAX_TEXT_BYTES / 1024 ** 2));
      }
    }
    return (text + decoder.decode()).replace(/\r?\n$/, "");
  } catch (error) {
    if (error instanceof TypeError) throw mistake(texts.textBinary);
    throw error;
  }
}

/**
 * Reads a file to send.
 *
 * @throws {UsageError} When it cannot be read, is empty, or is larger than Feishu takes.
 */
export async function scriptFile(path: string, texts: TerminalTexts): Promise<SentContent> {
  const unreadable = () => mistake(texts.fileUnreadable(path));
  const info = await Deno.stat(path).catch(() => undefined);
  if (info === undefined || !info.isFile) throw unreadable();
  if (info.size === 0) throw mistake(texts.fileEmpty(path));
  if (info.size > MAX_FILE_BYTES) {
    throw mistake(texts.fileTooLarge(path, MAX_FILE_BYTES / 1024 ** 2));
  }
  const bytes = await Deno.readFile(path).catch(() => undefined);
  if (bytes === undefined) throw unreadable();
  return { name: basename(path), bytes };
}
