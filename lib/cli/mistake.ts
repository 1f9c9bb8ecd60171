import { UsageError } from "../base/errors.ts";
import { EXIT } from "./exit_codes.ts";

/** The error for a mistake in what was typed, or in the settings. The message says how to correct it. */
export function mistake(message: string): UsageError {
  return new UsageError(message, { exitCode: EXIT.mistake });
}
