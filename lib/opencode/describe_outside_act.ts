import { summaryLine } from "../base/text.ts";
import type { AgentRequest, RequestAnswer } from "../model/agent_request.ts";
import type { OutsideEvent } from "./outside_watch.ts";

/** How many characters of a command or of patterns are logged. */
const MAX_CHARS = 500;

/** A line for the log about what somebody else did. */
export function describeOutsideAct({ sessionId, act }: OutsideEvent): string {
  if (act.kind === "rules") {
    return `somebody else allowed the session ${sessionId}: ${brief(act.allowed.join(", "))}`;
  }
  if (act.kind === "missed") {
    const what = brief(describeRequest(act.request));
    return `somebody else approved in the session ${sessionId}, while no events came in: ${what}`;
  }
  const what = act.request ? describeRequest(act.request) : act.requestId;
  const patterns = act.request?.kind === "permission" ? act.request.always : [];
  const how = describeAnswer(act.answer, patterns);
  return `somebody else ${how} in the session ${sessionId}: ${brief(what)}`;
}

function describeAnswer(answer: RequestAnswer, always: readonly string[]): string {
  if (answer.kind === "question") return "answered";
  if (answer.kind === "dismissed") return "dismissed";
  switch (answer.reply) {
    case "once":
      return "approved";
    case "always":
      return `approved for ever (${brief(always.join(", "))})`;
    case "reject":
      return "rejected";
  }
}

function describeRequest(request: AgentRequest): string {
  if (request.kind === "question") return request.questions[0]?.question ?? "";
  const { permission, patterns, command, file } = request;
  return `${permission} ${command ?? file ?? patterns.join(", ")}`;
}

function brief(text: string): string {
  return summaryLine(text, MAX_CHARS);
}
