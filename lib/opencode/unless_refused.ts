import { ApiError } from "../base/errors.ts";

/** Whether a request was carried out: `false` when opencode refuses it with this code. */
export async function unlessRefused(request: Promise<void>, code: number): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === code) return false;
    throw error;
  }
}
