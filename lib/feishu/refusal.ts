import { ApiError } from "../base/errors.ts";
import type { Refusal } from "../model/slot.ts";
import { meaningOf } from "./rest/codes.ts";

/** The endpoints that take files. */
const UPLOAD = /^POST im\/v1\/(files|images)$/;

/** See `Chat.refusal`. */
export function refusal(error: unknown): Refusal | undefined {
  if (!(error instanceof ApiError) || error.retryable) return undefined;
  if (UPLOAD.test(error.method)) return "file";
  return meaningOf(error)?.reaction === "degrade" ? "content" : "chat";
}
