import { UsageError } from "../../base/errors.ts";
import { clip } from "../../base/text.ts";
import { targetOf } from "../../model/message.ts";
import type { NewVersion, Updater } from "../../model/updater.ts";
import { answerWords } from "../../texts/answer_words.ts";
import type { Ask } from "../asks/ask.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";

/** The command that installs a new version of the bridge. */
export const updateCommand: Commands = { update: { usage: "/update", run: update } };

/** How many characters of what is new are shown. */
const NOTES_CHARS = 1_500;

/** Says whether there is a new version, and asks whether to install it. Only for the first user. */
async function update(request: CommandRequest): Promise<CommandResult> {
  const { message, admission, updater, texts, signal } = request;
  if (updater === undefined || admission.people?.[0]?.openId !== message.sender) {
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
  { message, conversation, settings, texts }: CommandRequest,
): Promise<Ask> {
  const running = (await conversation.running()).length;
  const target = targetOf(message);
  return {
    // The same if the command runs again after a crash.
    id: `ask-update-${message.messageId}`,
    title: texts.chatUpdateTitle(version),
    target,
    timeoutMs: settings.askTimeoutMs,
    mayAnswer: (openId) => openId === message.sender,
    choices: [{
      question: [
        texts.chatUpdateAsk(version, own),
        running > 0 && texts.chatUpdateInterrupts(running),
        clip(notes.trim(), NOTES_CHARS),
      ].filter((part) => part).join("\n\n"),
      mayBePrompt: true,
      options: [
        {
          value: "yes",
          label: texts.chatUpdateYes,
          aliases: ["update", ...answerWords("yes")],
          style: "primary",
        },
        { value: "no", label: texts.chatUpdateNo, aliases: answerWords("no") },
      ],
    }],
    submit: async ([answer]) => {
      if (answer?.[0] !== "yes") return { line: texts.chatUpdateLater };
      await conversation.installUpdate(version, target);
      return { line: texts.chatUpdateBegun(version) };
    },
  };
}
