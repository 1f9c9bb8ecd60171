import { string } from "../../base/json.ts";
import type { AgentRequest } from "../../model/agent_request.ts";
import type { PendingRequest } from "./event.ts";
import { isClosed } from "./step.ts";
import { callOf, isOver, type Transcript } from "./transcript.ts";

/** The requests of this turn that wait for an answer. */
export function openRequests(t: Transcript): AgentRequest[] {
  if (isOver(t) || t.status?.type === "idle") return [];
  return [...t.requests.values()].filter((pending) => isAskedNow(t, pending))
    .map((pending) => withInput(t, pending));
}

/** A request with the arguments of its call. opencode reports those a moment later (observed). */
function withInput(t: Transcript, pending: PendingRequest): AgentRequest {
  const { request, origin } = pending;
  if (request.kind !== "permission" || origin === undefined) return request;
  const input = callOf(t, pending)?.input;
  if (input === undefined) return { ...request, isPartial: true };
  // Not every generation of opencode says with the request which command it is about.
  const command = request.permission === "bash" ? string(input.command) : undefined;
  return { ...(command !== undefined && { command }), ...request, input };
}

/**
 * Whether a listed request was asked by this turn and waits. Its session does not tell: opencode lists the
 * requests of an aborted turn for ever, without any event, even while later turns of the session run
 * (observed on 1.18.33). The source is the message of the tool call that waits: a step of this turn or of
 * one of its subagents, which has not ended. A request without one must not be older than the prompt, as far
 * as its id tells.
 */
function isAskedNow(t: Transcript, { origin, askedAt }: PendingRequest): boolean {
  if (origin !== undefined) {
    const step = t.byMessage.get(origin.messageId);
    return step !== undefined && !isClosed(step.info);
  }
  const prompt = t.prompts.get(t.userMessageId);
  return prompt !== undefined && (askedAt ?? Infinity) >= prompt.created;
}
