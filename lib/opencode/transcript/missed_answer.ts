import type { PermissionReply } from "../../model/agent_request.ts";
import type { PendingRequest } from "./event.ts";
import type { Transcript } from "./transcript.ts";

/** How a request for permission ended while no events came in; `approved` says not for how long. */
export type MissedAnswer = "approved" | Extract<PermissionReply["reply"], "reject">;

/**
 * How somebody has answered a request that the server lists no longer, as far as its tool call tells;
 * `undefined` if nobody need have: its turn or the server may have ended.
 *
 * @param isBusy Whether the session is busy now.
 */
export function missedAnswer(
  t: Transcript,
  { origin }: PendingRequest,
  isBusy: boolean,
): MissedAnswer | undefined {
  const parts = t.byMessage.get(origin?.messageId ?? "")?.entries.map(({ part }) => part) ?? [];
  const call = parts.find((part) => part.type === "tool" && part.callId === origin?.callId);
  if (call?.type === "tool" && call.cut === "rejected") return "reject";
  if (call?.type === "tool" && call.cut === "stopped") return undefined;
  // A tool waits in the state in which it runs.
  const state = call?.type === "tool" ? call.call.state : "running";
  const isWaiting = state === "running" || state === "pending";
  return isWaiting && !isBusy ? undefined : "approved";
}
