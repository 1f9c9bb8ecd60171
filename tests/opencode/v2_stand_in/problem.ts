import type { Json } from "./json.ts";

/** A refusal of the API. */
export class Problem extends Error {
  override name = "Problem";

  /** @param body The error's JSON; without one the answer is empty, as some of opencode's are. */
  constructor(readonly status: number, readonly body?: Json) {
    super(String(body?.message ?? status));
  }
}

/** What is wrong with the body or the query of a request. */
export function invalid(message: string, kind: "Payload" | "Query" = "Payload"): Problem {
  return new Problem(400, { _tag: "InvalidRequestError", message, kind });
}

/** Something that does not exist. */
export function missing(
  what: "Session" | "Message" | "Permission request" | "Form" | "Command",
  ids: Json,
): Problem {
  const tag = `${what.replace(" request", "")}NotFoundError`;
  return new Problem(404, {
    _tag: tag,
    ...ids,
    message: `${what} not found: ${Object.values(ids).at(-1)}`,
  });
}

/** Something that exists already, and is another one. */
export function conflict(message: string, resource: string): Problem {
  return new Problem(409, { _tag: "ConflictError", message, resource });
}
