import { knownSecrets } from "../../base/secrets/known_secrets.ts";
import { clipLine, summaryLine } from "../../base/text.ts";
import type { AgentRequest } from "../../model/agent_request.ts";
import type { Texts } from "../../texts/texts.ts";

/** How many characters of a request are shown. */
const LINE_CHARS = 200;

/** What the message of a turn says about a request of the agent, which has a card of its own, in one line. */
export function requestNote(
  request: AgentRequest,
  texts: Pick<Texts, "asksPermission" | "asksQuestion">,
): string {
  if (request.kind === "question") {
    return texts.asksQuestion(summaryLine(request.questions[0]?.question ?? "", LINE_CHARS));
  }
  const { permission, command, file, patterns } = request;
  // What is to be approved is shown as it is.
  const what = `${permission} ${command ?? file ?? patterns.join(", ")}`;
  return texts.asksPermission(clipLine(knownSecrets.hide(what), LINE_CHARS));
}
