import { list, need, string } from "../../base/json.ts";
import type { SessionEvent } from "../transcript/event.ts";
import { fromFormAnswer, parseForm, parsePermission, permissionAnswer } from "./agent_request.ts";
import type { Frame } from "./frame.ts";
import type { SessionMemory } from "./session_memory.ts";

/** What may come between the end of a form and the event that tells why it has ended. */
const BETWEEN = new Set([
  "form.cancelled",
  "session.tool.failed",
  "session.step.failed",
  "session.usage.updated",
  "session.text.ended",
  "session.reasoning.ended",
]);

/** What an event about a permission or a form says. */
export function takeRequestEvent(
  { type, sessionId, data }: Frame,
  memory: SessionMemory,
): SessionEvent[] {
  switch (type) {
    case "permission.asked":
      return list([data], parsePermission)
        .map((pending) => ({ type: "asked", sessionId, pending }));
    case "permission.replied": {
      const answer = need(permissionAnswer(data.reply));
      if (answer.kind === "permission" && answer.reply === "reject") memory.isRejected = true;
      const requestId = need(string(data.requestID));
      // What *always* allows is stored for the project.
      return [{ type: "answered", sessionId, requestId, answer, reachesOthers: true }];
    }
    case "form.created":
      return list([data.form], parseForm).map((form) => {
        memory.forms.set(form.pending.request.id, form);
        return { type: "asked", sessionId, pending: form.pending };
      });
    case "form.replied": {
      const requestId = need(string(data.id));
      const form = memory.forms.get(requestId);
      if (form === undefined) return [{ type: "unknown", sessionId }];
      return [{
        type: "answered",
        sessionId,
        requestId,
        answer: fromFormAnswer(form, data.answer),
      }];
    }
    case "form.cancelled":
      memory.cancelled.add(need(string(data.id)));
      memory.isRejected = true;
      return [];
    default:
      return [];
  }
}

/** Why forms have ended, once an event tells: an abort ends them, and else somebody has dismissed them. */
export function whyCancelled(
  { type, sessionId, data }: Frame,
  memory: SessionMemory,
): SessionEvent[] {
  if (BETWEEN.has(type)) return [];
  const ids = [...memory.cancelled];
  memory.cancelled.clear();
  if (type === "session.execution.interrupted" && data.reason === "user") return [];
  return ids.map((requestId) => ({
    type: "answered",
    sessionId,
    requestId,
    answer: { kind: "dismissed" },
  }));
}
