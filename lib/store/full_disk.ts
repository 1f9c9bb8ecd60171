import { UsageError } from "../base/errors.ts";
import { freeSpace } from "./free_space.ts";

/**
 * The error to tell when something in a directory cannot be written: that the disk is full if it is, since
 * SQLite calls that an I/O error and other programs end without a word.
 */
export async function fullDisk<T>(dir: string, error: T): Promise<T | UsageError> {
  const mb = await freeSpace(dir);
  if (mb === undefined || mb >= 1) return error;
  return new UsageError(
    `The disk is full (${mb} MB free in ${dir}): free up space, and try again`,
    {
      cause: error,
    },
  );
}
