import { retry } from "@std/async";
import { describe, isRetryable } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Chat, ReactionMark } from "../../model/ports.ts";

/** What {@linkcode react} needs. */
export interface ReactOptions {
  readonly chat: Pick<Chat, "react">;
  readonly log: Log;
  /** Ends all attempts. */
  readonly signal: AbortSignal;
}

/** Adds a reaction to a person's message, in at most three attempts; never rejects. */
export async function react(
  messageId: string,
  mark: ReactionMark,
  { chat, signal, log }: ReactOptions,
): Promise<void> {
  await retry(() => chat.react(messageId, mark, signal), {
    maxAttempts: 3,
    jitter: 0.3,
    isRetriable: isRetryable,
    signal,
  }).catch((error) => log.debug(`cannot react to a message: ${describe(error)}`));
}
