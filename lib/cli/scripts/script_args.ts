import { usage } from "../../texts/usage.ts";
import type { CliCommand, CliOptionName } from "../options.ts";
import { mistake } from "../mistake.ts";

/** What `send` and `ask` are given. */
export interface ScriptArgs {
  /** The name of a chat, or an id. */
  readonly chat: string;
  /** The text as it was typed; `-` stands for standard input. */
  readonly text?: string;
  /** The path of a file to send. */
  readonly file?: string;
  /** Requests with the same id are one. */
  readonly id?: string;
  /** How long `ask` waits, in milliseconds. */
  readonly timeoutMs?: number;
}

/** How long the id of a request may be, in characters. */
const MAX_ID = 200;

/**
 * Reads what `send` and `ask` are given.
 *
 * @throws {UsageError} When something is missing or not allowed.
 */
export function readScriptArgs(
  command: Extract<CliCommand, "send" | "ask">,
  text: string | undefined,
  option: (name: CliOptionName) => string | undefined,
): ScriptArgs {
  const [chat, file, id, timeout] = [
    option("chat"),
    option("file"),
    option("id"),
    option("timeout"),
  ];
  if (chat === undefined) throw mistake(usage.chatMissing(command));
  if (text === undefined && file === undefined) throw mistake(usage.textMissing(command));
  if (id !== undefined && (id.length > MAX_ID || /\p{Cc}/u.test(id))) {
    throw mistake(usage.idTooLong(MAX_ID));
  }
  if (timeout !== undefined && !/^[1-9]\d{0,6}$/.test(timeout)) {
    throw mistake(usage.notSeconds(timeout));
  }
  return {
    chat,
    ...(text !== undefined && { text }),
    ...(file !== undefined && { file }),
    ...(id !== undefined && { id }),
    ...(timeout !== undefined && { timeoutMs: Number(timeout) * 1_000 }),
  };
}
