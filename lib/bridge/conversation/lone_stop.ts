import type { IncomingMessage } from "../../model/message.ts";
import { stopWord } from "../commands/parse.ts";
import type { HandlerConversation } from "./handler_conversation.ts";
import type { LoadingQueue } from "../inbox/loading_queue.ts";

/** What a “stop” can be about. */
export interface StopOptions {
  readonly conversation: Pick<HandlerConversation, "queue" | "asks">;
  readonly loading: LoadingQueue;
}

/** The command that a lone “stop” stands for, while there is something to stop. */
export function loneStop(
  { text, heard }: Pick<IncomingMessage, "text" | "heard">,
  { conversation, loading }: StopOptions,
): ReturnType<typeof stopWord> {
  const isBusy = conversation.queue.turns.length > 0 || loading.size > 0;
  return isBusy && heard === undefined ? stopWord(text) : undefined;
}

/** Whether a message is a lone “stop” while there is something to stop, and answers no ask that is known. */
export function isOnlyStop(message: IncomingMessage, options: StopOptions): boolean {
  const stop = loneStop(message, options);
  const { asks } = options.conversation;
  return stop !== undefined && asks.matchAnswer(message, { stopWord: stop.word }) === undefined;
}
