/** Ids for what we post. They are made before the post, so that a post in doubt can be repeated. */

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

let last = 0n;

/** A new id for a user message, ascending as opencode's own are. */
export function messageId(): string {
  return `msg_${ascending()}`;
}

/** A new id for a part of a user message. */
export function partId(): string {
  return `prt_${ascending()}`;
}

/**
 * Twelve hex digits of time and counter, then random letters and digits. opencode orders messages by such
 * ids; the digits are milliseconds times 4096, plus a counter, modulo 2^48 (observed on opencode 1.18.33).
 */
function ascending(): string {
  const now = BigInt(Date.now()) * 4096n + 1n;
  last = now > last ? now : last + 1n;
  const random = crypto.getRandomValues(new Uint8Array(14));
  const tail = Array.from(random, (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join("");
  return BigInt.asUintN(48, last).toString(16).padStart(12, "0") + tail;
}
