import { UsageError } from "../../base/errors.ts";
import { clip } from "../../base/text.ts";
import { targetOf } from "../../model/message.ts";
import type { NewVersion, Updater } from "../../model/updater.ts";
import type { Ask } from "../asks/ask.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { confirmation } from "./confirmation.ts";

/** The command that installs a new version of the bridge. */
export const updateCommand: Commands = { update: { usage: "/update", run: update } };

/** How many characters of what is new are shown. */
const NOTES_CHARS = 1_500;

/** Says whether there is a new version, and asks whether to install it. Only for the first user. */
async function update(request: CommandRequest): Promise<CommandResult> {
  const { message, admission, updater, texts, signal } = request;
  if (updater === undefined || !admission.isFirst(message.sender)) {
    return { answer: texts.chatUpdateFirstOnly };
  }
  try {
    const found = await updater.newest(signal);
    if (found === undefined) return { answer: texts.chatUpdateNewest(updater.version) };
    return { ask: await updateAsk(found, updater, request) };
  } catch (error) {
    if (error instanceof UsageError) return { answer: texts.chatUpdateRefused(error.message) };
    throw error;
  }
}

async function updateAsk(
  { version, notes }: NewVersion,
  { version: own }: Updater,
  request: CommandRequest,
): Promise<Ask> {
  const { message, conversation, texts } = request;
  const running = (await conversation.running()).length;
  return confirmation(request, {
    about: "update",
    title: texts.chatUpdateTitle(version),
    question: [
      texts.chatUpdateAsk(version, own),
      running > 0 && texts.chatUpdateInterrupts(running),
      clip(notes.trim(), NOTES_CHARS),
    ].filter((part) => part).join("\n\n"),
    yes: { label: texts.chatUpdateYes, words: ["update"], style: "primary" },
    no: { label: texts.chatUpdateNo, line: texts.chatUpdateLater },
    mayAnswer: (openId) => openId === message.sender,
    run: async () => {
      await conversation.installUpdate(version, targetOf(message));
      return { line: texts.chatUpdateBegun(version) };
    },
  });
}
