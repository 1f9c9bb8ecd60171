import { summaryLine } from "../../base/text.ts";
import { targetOf } from "../../model/message.ts";
import type { Session } from "../../model/session.ts";
import { answerWords } from "../../texts/answer_words.ts";
import { type Ask, SHARE } from "../asks/ask.ts";
import type { CommandRequest } from "./command.ts";

/** How long opencode may take to publish a session, in milliseconds. */
const SHARE_MS = 60_000;

/** Asks whether a session is to be published: everybody who has its address can read it then. */
export function shareAsk(
  session: Session,
  { message, agent, admission, settings, texts }: CommandRequest,
): Ask {
  return {
    // The same if the command runs again after a crash.
    id: `${SHARE}${message.messageId}`,
    title: texts.shareTitle,
    target: targetOf(message),
    timeoutMs: settings.askTimeoutMs,
    mayAnswer: (openId) => admission.mayAnswer(openId, message.sender),
    choices: [{
      question: texts.shareQuestion(summaryLine(session.title) || session.id),
      mayBePrompt: true,
      options: [
        {
          value: "yes",
          label: texts.shareYes,
          aliases: ["share", ...answerWords("yes")],
          style: "danger",
        },
        { value: "no", label: texts.shareNo, aliases: answerWords("no") },
      ],
    }],
    submit: async ([answer]) => {
      if (answer?.[0] !== "yes") return { line: texts.notPublished };
      const address = await agent.share(session, AbortSignal.timeout(SHARE_MS));
      return { line: texts.isShared(address) };
    },
  };
}
