import { type JsonObject, number, object, parser, string } from "../../base/json.ts";

/** One event of `GET /api/event`, in the names of 2.0.21. */
export interface Frame {
  readonly type: string;
  /** `evt_…`. */
  readonly id: string;
  /** Empty when it is about no session. */
  readonly sessionId: string;
  /** When it happened, in milliseconds since 1970 on the server's clock. */
  readonly at: number;
  readonly directory: string | undefined;
  readonly data: JsonObject;
}

/** What the pre-release of 2.0 called an event, and what 2.0 calls it. */
const RENAMED: Readonly<Record<string, string>> = {
  "session.input.admitted": "session.inbox.enqueued",
  "session.compaction.admitted": "session.inbox.enqueued",
  "session.input.promoted": "session.inbox.delivered",
  "permission.v2.asked": "permission.asked",
  "permission.v2.replied": "permission.replied",
};

/** Parses a frame `{id, created, type, location?, data}`; fields that were renamed get their newer names. */
export const parseFrame = parser((frame): Frame | undefined => {
  const type = string(frame.type);
  if (type === undefined) return undefined;
  const data = object(frame.data);
  const { inputID, input, callID, structured } = data;
  return {
    type: RENAMED[type] ?? type,
    id: string(frame.id) ?? "",
    sessionId: string(data.sessionID) ?? string(object(data.form).sessionID) ?? "",
    at: number(frame.created) ?? Date.now(),
    directory: string(object(frame.location).directory),
    data: {
      ...(callID !== undefined && { id: callID }),
      ...(structured !== undefined && { metadata: structured }),
      ...(inputID !== undefined && { inboxID: inputID }),
      ...(input !== undefined && { item: input }),
      ...data,
    },
  };
});
