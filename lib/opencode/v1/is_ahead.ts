import { delay } from "@std/async";
import { ApiError } from "../../base/errors.ts";
import { list, need, number, object, parser, string } from "../../base/json.ts";
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
  const aheadMs = await leadOf(caller, session, signal).catch((error) => {
    if (error instanceof ApiError) return 0;
    throw error;
  });
  if (aheadMs > WAIT_MS) return true;
  if (aheadMs > 0) await delay(aheadMs, { signal });
  return false;
}

/** By how much the newest message of a session is ahead of the server's clock, in milliseconds; 0 or less if it is not. */
async function leadOf(caller: Caller, session: SessionRef, signal: AbortSignal): Promise<number> {
  const newest = await caller.call({
    ...at(session, "message"),
    query: { limit: 1 },
    parse: (json, sentAt) => {
      const [created = 0] = list(
        json,
        (one) => number(object(object(object(one).info).time).created),
      );
      return { created, aheadMs: created - (sentAt + 1000) };
    },
    signal,
  });
  if (!(newest.aheadMs > 0)) return 0;
  // A proxy before the server may have put its own time into the header, as nginx does by default.
  return newest.created - await timeOf(caller, session, signal);
}

/** The server's time in ms since 1970, as it writes it into a session, which is made for that and deleted again. */
async function timeOf(
  caller: Caller,
  { directory }: SessionRef,
  signal: AbortSignal,
): Promise<number> {
  const path = "/session";
  const made = await caller.call({ method: "POST", directory, path, parse: parseMade, signal });
  // An empty session that stays harms nobody.
  await caller.post({ ...at({ id: made.id, directory }), method: "DELETE", signal })
    .catch(() => signal.throwIfAborted());
  return made.created;
}

const parseMade = parser(({ id, time }) => ({
  id: need(string(id)),
  created: need(number(object(time).created)),
}));
