import type { PermissionReply } from "../../model/agent_request.ts";
import type { PendingRequest } from "./event.ts";
import { callOf, type Transcript } from "./transcript.ts";

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
  pending: PendingRequest,
  isBusy: boolean,
): MissedAnswer | undefined {
  const part = callOf(t, pending);
  if (part?.cut === "rejected") return "reject";
  if (part?.cut === "stopped") return undefined;
  // A tool waits in the state in which it runs.
  const state = part?.call.state ?? "running";
  const isWaiting = state === "running" || state === "pending";
  return isWaiting && !isBusy ? undefined : "approved";
}
