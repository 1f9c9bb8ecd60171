import type { Json } from "./json.ts";

/** A person said no without a reason: the whole execution ends. */
export class Rejected extends Error {
  override name = "Rejected";
}

/** The execution fails with this error of the API. */
export class Failed extends Error {
  override name = "Failed";

  constructor(readonly error: Json) {
    super(String(error.message));
  }
}

/** Somebody interrupted the execution. */
export class Interrupted extends Error {
  override name = "Interrupted";
}
