/** How many values of one secret are remembered: a renewed token may still show up in an old text. */
const VALUES = 8;
/** A shorter value is hidden only as a word of its own, or it would blank out ordinary words. */
const SHORT = 8;
/** The shortest value that is hidden, in characters. */
const SHORTEST = 4;

const encoder = new TextEncoder();

/** The values that must never be shown, wherever they stand. Whoever makes a secret adds it. */
export class KnownSecrets {
  readonly #values = new Map<string, readonly string[]>();
  /** All values, the longest first, so that none is hidden only in part. */
  #all: readonly string[] = [];

  /**
   * Adds a secret. Only the newest values of a name are remembered.
   *
   * @param name What it is, such as `tenant token`.
   * @param value Ignored when it has less than four characters.
   */
  add(name: string, value: string): void {
    const known = this.#values.get(name) ?? [];
    if (value.length < SHORTEST || known.includes(value)) return;
    this.#values.set(name, [...known, value].slice(-VALUES));
    this.#all = [...new Set([...this.#values.values()].flat())]
      .sort((a, b) => b.length - a.length);
  }

  /** Replaces the secrets in a text by `***`. */
  hide(text: string): string {
    return this.#all.reduce((clean, secret) => {
      if (!clean.includes(secret)) return clean;
      if (secret.length >= SHORT) return clean.replaceAll(secret, "***");
      return clean.replaceAll(
        secret,
        (found, at: number) => isWord(clean, at, found) ? "***" : found,
      );
    }, text);
  }

  /** Replaces the secrets in the bytes of a file by as many asterisks; the same bytes if there are none. */
  hideBytes(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    let clean = bytes;
    for (const secret of this.#all) {
      if (secret.length < SHORT) continue;
      const wanted = encoder.encode(secret);
      for (let at = indexOfBytes(clean, wanted); at !== -1; at = indexOfBytes(clean, wanted, at)) {
        if (clean === bytes) clean = bytes.slice();
        clean.fill(0x2a, at, at + wanted.length);
      }
    }
    return clean;
  }

  /** Replaces the beginning of a secret at the end of a text that is still growing. */
  hideBeginning(text: string): string {
    for (const secret of this.#all) {
      const longest = Math.min(secret.length - 1, text.length);
      for (let length = longest; length >= SHORTEST; length--) {
        if (text.endsWith(secret.slice(0, length))) return `${text.slice(0, -length)}***`;
      }
    }
    return text;
  }
}

/** The secrets of this program: the app's secret and tokens, and opencode's password. */
export const knownSecrets: KnownSecrets = new KnownSecrets();

function isWord(text: string, at: number, word: string): boolean {
  const isLetter = (character: string) => /[\p{L}\p{N}_]/u.test(character);
  return !isLetter(text.charAt(at - 1)) && !isLetter(text.charAt(at + word.length));
}

function indexOfBytes(bytes: Uint8Array, wanted: Uint8Array, from = 0): number {
  const [first = 0] = wanted;
  for (let at = bytes.indexOf(first, from); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
