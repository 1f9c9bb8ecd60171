import { type IncomingMessage, targetOf } from "../../model/message.ts";
import { askAlone } from "../commands/confirmation.ts";
import type { TypedCommand } from "../commands/parse.ts";
import { runCommand } from "../commands/run_command.ts";
import { combine, type Effects } from "../effects.ts";
import type { LoadingQueue } from "../inbox/loading_queue.ts";
import { promptOf } from "../inbox/prompt_of.ts";
import { fileNames } from "../inbox/waiting_files.ts";
import type { Services } from "../services.ts";
import { cancelWork } from "./cancel_work.ts";
import { commandConversation } from "./command_conversation.ts";
import { commandRows } from "./command_rows.ts";
import { EarlierWork } from "./earlier_work.ts";
import type { HandlerConversation } from "./handler_conversation.ts";

/** What {@linkcode commandEffects} needs. */
export interface CommandOptions extends Services {
  readonly conversation: HandlerConversation;
  /** The messages on their way into the queue. */
  readonly loading: LoadingQueue;
}

/**
 * Runs a command and cancels what it ends. Cancelling can be repeated: after a crash the command runs again, until
 * its effects are committed.
 *
 * @param signal Ends the command, but not what it has begun.
 * @returns The effects that finish the command's message.
 */
export async function commandEffects(
  message: IncomingMessage,
  { name, command, argument }: TypedCommand,
  options: CommandOptions,
  signal: AbortSignal,
): Promise<Effects> {
  const { conversation, chat, texts } = options;
  const earlier = new EarlierWork(message, options);
  const result = await runCommand(name, command, {
    ...options,
    message,
    argument,
    conversation: commandConversation(conversation, earlier, options),
    signal,
  });
  const { answer: _, ask, enqueue, target, cancel, ...effects } = result;
  const skipped = cancel === undefined
    ? []
    : await cancelWork(message, cancel, { ...options, earlier });
  // What was sent for the session before is not for a fresh one.
  const files = name === "new" ? conversation.record.files ?? [] : [];
  return combine(
    {
      ...effects,
      handled: skipped,
      rows: commandRows(message, result, conversation, options),
      ...(enqueue && {
        enqueue: [{ ...promptOf(message, enqueue, chat), ...(target && { target }) }],
      }),
    },
    ask === undefined ? {} : await askAlone(ask, message, conversation.asks, texts),
    files.length === 0 ? {} : {
      rows: conversation.rows(targetOf(message), texts.filesDropped(fileNames(files))),
      update: ({ files: _, ...record }) => record,
    },
  );
}
