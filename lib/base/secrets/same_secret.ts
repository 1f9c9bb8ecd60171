import { createHash, timingSafeEqual } from "node:crypto";

/** Whether a text is the secret. How long that takes says nothing about the secret. */
export function sameSecret(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret));
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
