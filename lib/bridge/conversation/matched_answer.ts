import type { IncomingMessage } from "../../model/message.ts";
import { beginsWithCommand, type ParsedText, slashTask } from "../commands/parse.ts";
import type { TypedAnswer } from "../asks/match_answer.ts";
import { isWordless } from "../inbox/references.ts";
import { loneStop, type StopOptions } from "./lone_stop.ts";

/** What {@linkcode matchedAnswer} needs. */
export interface MatchOptions extends StopOptions {
  /** The agent's own commands, if it answers. */
  readonly agentCommands: () => Promise<readonly string[] | undefined>;
}

/**
 * Reads a message as the answer to an open ask. Returns a hint for its sender if the answer is wrong, and
 * `undefined` if it is not an answer. A command is no answer, even if it is mistyped.
 *
 * @param given The id of the ask that it was recorded as the answer to, before a crash.
 */
export async function matchedAnswer(
  message: IncomingMessage,
  parsed: ParsedText,
  given: string | undefined,
  options: MatchOptions,
): Promise<TypedAnswer | string | undefined> {
  const { asks, queue } = options.conversation;
  // A bare quote of a card is told what can be answered.
  const isBare = message.text === "" && !isWordless(message);
  if (isBare ? message.parentId === undefined : message.text === "") return undefined;
  const wasAsked = asks.isOpen() || asks.hasEndedSince(message.createdAt);
  if (!wasAsked && message.parentId === undefined) return undefined;
  if (given !== undefined) return asks.matchAnswer(message, { onlyAsk: given });
  if (beginsWithCommand(message.text)) return undefined;
  if (parsed.kind === "slash") {
    const names = await options.agentCommands();
    if (names === undefined || slashTask(parsed, names) !== undefined) return undefined;
  }
  await asks.waitForDeliveries();
  const { parentId, ...unquoted } = message;
  // The message of the turn says what the agent waits for, so quoting it is like quoting nothing.
  const isAboutTurn = parentId !== undefined &&
    parentId === queue.turns[0]?.record.slot.messageId;
  const hints = { stopWord: loneStop(message, options)?.word };
  return asks.matchAnswer(isAboutTurn ? unquoted : message, hints);
}
