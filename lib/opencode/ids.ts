/** Ids for what we post. They are made before the post, so that a post in doubt can be repeated. */

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The milliseconds in an id start over after so many. */
const WRAP_MS = 2 ** 36;

let last = 0n;

/** A new id for a user message, ascending as opencode's own are. */
export function messageId(): string {
  return `msg_${ascending()}`;
}

/** A new id for a session; later ones are lower, as opencode's own are (observed on 2.0). */
export function sessionId(): string {
  const [, time = "", tail = ""] = /^(.{12})(.*)$/.exec(ascending()) ?? [];
  const inverted = BigInt.asUintN(48, ~BigInt(`0x${time}`)).toString(16).padStart(12, "0");
  return `ses_${inverted}${tail}`;
}

/** A new id for a part of a user message. */
export function partId(): string {
  return `prt_${ascending()}`;
}

/**
 * When opencode made one of its ids, in milliseconds since 1970 on its clock; `undefined` if the id has
 * another form. Of the possible times it is the one next to `now`.
 */
export function timeOfId(id: string, now: number = Date.now()): number | undefined {
  const digits = /^[a-z]+_([0-9a-f]{12})/.exec(id)?.[1];
  if (digits === undefined) return undefined;
  const past = (now - Math.floor(parseInt(digits, 16) / 4096)) % WRAP_MS;
  return now - (past > WRAP_MS / 2 ? past - WRAP_MS : past);
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
