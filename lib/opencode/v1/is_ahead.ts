import { delay } from "@std/async";
import { ApiError } from "../../base/errors.ts";
import { list, number, object } from "../../base/json.ts";
import type { SessionRef } from "../../model/session.ts";
import { at, type Caller } from "./caller.ts";

/** How far ahead of the server's clock a session may be so that it is waited for, in milliseconds. */
const WAIT_MS = 60_000;

/**
 * Whether the newest message of a session is more than a minute ahead of the server's clock, because that was set
 * back. What is less far ahead is waited for. opencode orders messages by their times: it takes no notice of a
 * prompt that is older than others of its session, or answers one of those again (observed on 1.18.33).
 *
 * @throws What {@linkcode Caller.call} throws, but for refusals: what they mean, the prompt finds out.
 */
export async function isAhead(
  caller: Caller,
  session: SessionRef,
  signal: AbortSignal,
): Promise<boolean> {
  const aheadMs = await caller.call({
    ...at(session, "message"),
    query: { limit: 1 },
    parse: (json, sentAt) => {
      const [created = 0] = list(
        json,
        (one) => number(object(object(object(one).info).time).created),
      );
      return created - (sentAt + 1000);
    },
    signal,
  }).catch((error) => {
    if (error instanceof ApiError) return 0;
    throw error;
  });
  if (aheadMs > WAIT_MS) return true;
  if (aheadMs > 0) await delay(aheadMs, { signal });
  return false;
}
