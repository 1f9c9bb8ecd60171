import { ApiError } from "../../base/errors.ts";

/** What Feishu's gateway answers, whatever is called, when the app lacks a scope; it lists those of which one is needed. */
const NO_SCOPE = 99991672;

/** Whether a call was refused because the app lacks a scope. */
export function lacksScope(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === NO_SCOPE;
}
