import { ApiError } from "../../base/errors.ts";
import { list, need, number, object, parser, string } from "../../base/json.ts";
import type { SessionRef } from "../../model/session.ts";
import { at, type Caller } from "./caller.ts";

/**
 * By how much the newest message of a session is ahead of the server's clock, in milliseconds, because that was set
 * back; 0 or less if it is not. opencode orders messages by their times: it takes no notice of a prompt that is older
 * than others of its session, or answers one of those again (observed on 1.18.33).
 *
 * @throws What {@linkcode Caller.call} throws, but for refusals: what they mean, the prompt finds out.
 */
export async function leadMs(
  caller: Caller,
  session: SessionRef,
  signal: AbortSignal,
): Promise<number> {
  return await leadOf(caller, session, signal).catch((error) => {
    if (error instanceof ApiError) return 0;
    throw error;
  });
}

async function leadOf(caller: Caller, session: SessionRef, signal: AbortSignal): Promise<number> {
  const newest = await caller.call({
    ...at(session, "message"),
    query: { limit: 1 },
    parse: (json, sentAt) => {
      const [created = 0] = list(
        json,
        (one) => number(object(object(object(one).info).time).created),
      );
      // The header has whole seconds.
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
