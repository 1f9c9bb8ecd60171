import { ApiError } from "../../base/errors.ts";
import { list } from "../../base/json.ts";

/** Parses a list, without the entries that are not what we know. */
export function each<T>(
  parse: (json: unknown) => T | undefined,
): (json: unknown) => T[] | undefined {
  return (json) => Array.isArray(json) ? list(json, parse) : undefined;
}

/** Whether opencode has refused a request with an HTTP status. */
export function isCode(error: unknown, code: number): boolean {
  return error instanceof ApiError && error.code === code;
}

/** The answer; `undefined` when opencode refuses the request with an HTTP status, which is 404 unless given. */
export async function unlessRefused<T>(answer: Promise<T>, code = 404): Promise<T | undefined> {
  return await answer.catch((error) => {
    if (isCode(error, code)) return undefined;
    throw error;
  });
}

/** The answer; `undefined` when opencode refuses the request for good, with whatever status, or does not know it. */
export async function unlessRefusedForGood<T>(answer: Promise<T>): Promise<T | undefined> {
  return await answer.catch((error) => {
    if (error instanceof ApiError && !error.retryable) return undefined;
    throw error;
  });
}
