import { summaryLine } from "../../base/text.ts";
import type { Session } from "../../model/session.ts";
import { type Ask, SHARE } from "../asks/ask.ts";
import type { CommandRequest } from "./command.ts";
import { confirmation } from "./confirmation.ts";

/** How long opencode may take to publish a session, in milliseconds. */
const SHARE_MS = 60_000;

/** Asks whether a session is to be published: everybody who has its address can read it then. */
export function shareAsk(
  session: Session,
  request: CommandRequest,
): Ask {
  const { agent, texts } = request;
  return confirmation(request, {
    about: SHARE,
    title: texts.shareTitle,
    question: texts.shareQuestion(summaryLine(session.title) || session.id),
    yes: { label: texts.shareYes, words: ["share"], style: "danger" },
    no: { label: texts.shareNo, line: texts.notPublished },
    run: async () => {
      const address = await agent.share(session, AbortSignal.timeout(SHARE_MS));
      return { line: texts.isShared(address) };
    },
  });
}
