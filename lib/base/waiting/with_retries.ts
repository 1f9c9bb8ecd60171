import { retry, RetryError } from "@std/async";

/** Tries again as {@linkcode retry} does, but throws the last attempt's own error. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  options: Parameters<typeof retry>[1],
): Promise<T> {
  try {
    return await retry(attempt, options);
  } catch (error) {
    throw error instanceof RetryError ? error.cause : error;
  }
}
