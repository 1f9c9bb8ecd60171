import { hideSpans } from "./hide_spans.ts";
import type { Span } from "./span.ts";

/** How many values of one secret are remembered: a renewed token may still show up in an old text. */
const VALUES = 8;
/** The shortest beginning of a secret that is hidden while a text grows, in characters. */
const SHORTEST = 4;
/** The same for a secret in Base64, whose characters tell less. */
const SHORTEST_BASE64 = 8;

/**
 * The values that must never be shown. Whoever makes a secret adds it.
 *
 * People choose passwords, too. A value that might be a word, such as `hello`, `changeme` or `20240115`, is
 * hidden only where a secret stands, see {@linkcode has}: to blank it in every sentence would damage texts,
 * and tell the password. All others are hidden wherever they stand, also in Base64.
 */
export class KnownSecrets {
  readonly #values = new Map<string, readonly string[]>();
  #inTexts: Needles = needles([]);
  #inFiles: Needles = needles([]);

  /**
   * Adds a secret. Only the newest values of a name are remembered.
   *
   * @param name What it is, such as `tenant token`.
   * @param value Ignored when it is empty.
   */
  add(name: string, value: string): void {
    const known = this.#values.get(name) ?? [];
    if (value === "" || known.includes(value)) return;
    this.#values.set(name, [...known, value].slice(-VALUES));
    const all = [...new Set([...this.#values.values()].flat())].filter(isNoWord);
    this.#inTexts = needles(all);
    this.#inFiles = needles(all.filter(isNoNameInFiles));
  }

  /** Whether a value is one of the secrets, also one that might be a word. */
  has(value: string): boolean {
    return this.#values.values().some((values) => values.includes(value));
  }

  /** Where secrets stand in a text. */
  find(text: string): Span[] {
    return findAll(this.#inTexts.pattern, text);
  }

  /** Where the beginning of a secret stands at the end of a text that is still growing. */
  findBeginning(text: string): Span[] {
    for (const { value, shortest } of this.#inTexts.beginnings) {
      const longest = Math.min(value.length - 1, text.length);
      for (let length = longest; length >= shortest; length--) {
        if (text.endsWith(value.slice(0, length))) return [[text.length - length, text.length]];
      }
    }
    return [];
  }

  /** Replaces the secrets in a text for people with `***`, however they are escaped. */
  hide(text: string): string {
    return hideSpans(text, { find: (text) => this.find(text) });
  }

  /** Like {@linkcode hide}, for the contents of a file, in which shorter values may be names or numbers. */
  hideInFile(text: string): string {
    return hideSpans(text, { find: (text) => findAll(this.#inFiles.pattern, text) });
  }

  /** Replaces the secrets in the bytes of a file with as many asterisks; the same bytes if there are none. */
  hideBytes(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const spans = findAll(this.#inFiles.inBytes, asCharacters(bytes));
    if (spans.length === 0) return bytes;
    const clean = bytes.slice();
    for (const [from, to] of spans) clean.fill(0x2a, from, to);
    return clean;
  }
}

/** The secrets of this program: the app's secret and tokens, and opencode's password. */
export const knownSecrets: KnownSecrets = new KnownSecrets();

/** Whether a value cannot be taken for a word, a name of two words, or a number. */
function isNoWord(value: string): boolean {
  if (value.length >= 16) return true;
  return value.length >= 8 && /\p{L}/u.test(value) && /[^\p{L}\s._-]/u.test(value);
}

/** Files hold versions, dates and names of many kinds. What this program makes is longer. */
function isNoNameInFiles(value: string): boolean {
  return value.length >= 12;
}

/** What is searched for. */
interface Needles {
  readonly pattern: RegExp;
  /** For the bytes of a file, one character each. */
  readonly inBytes: RegExp;
  readonly beginnings: readonly { readonly value: string; readonly shortest: number }[];
}

/** What may stand between two characters when a text is broken over lines, or put together from quoted parts. */
const BREAK = `(?:\\\\?\\r?\\n[ \\t>|]{0,12}|["'\`][ \\t]{0,2}[+.]?[ \\t]{0,2}["'\`])?`;
/** What may stand between two bytes in hexadecimal. */
const BYTE_GAP = "(?:0x|\\\\x|[\\s:,]){0,3}";

function needles(values: readonly string[]): Needles {
  const encoded = values.flatMap(base64Forms);
  const escaped = values.flatMap((value) => [
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value.toWellFormed()),
  ]);
  const forms = [...values, ...escaped, ...encoded];
  return {
    pattern: anyOf([...forms.map((form) => spread(form, BREAK)), ...values.flatMap(numberForms)]),
    inBytes: anyOf(
      forms.map((value) => RegExp.escape(asCharacters(new TextEncoder().encode(value)))),
    ),
    beginnings: [
      ...values.map((value) => ({ value, shortest: SHORTEST })),
      ...encoded.map((value) => ({ value, shortest: SHORTEST_BASE64 })),
    ],
  };
}

/** A pattern for a text in which something may stand between any two characters. */
function spread(text: string, between: string): string {
  return [...text].map((character) => RegExp.escape(character)).join(between);
}

/** Patterns for the bytes of a text as hexadecimal and octal numbers. */
function numberForms(value: string): string[] {
  const bytes = [...new TextEncoder().encode(value)];
  const digit = (one: string) => /[a-f]/.test(one) ? `[${one}${one.toUpperCase()}]` : one;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0").replaceAll(/./g, digit));
  const octal = bytes.map((byte) => `\\\\0{0,2}${byte.toString(8)}`);
  return [hex.join(BYTE_GAP), octal.join("")];
}

/** A pattern of some, the longest first, so that none is found only in part; of none, it never matches. */
function anyOf(sources: readonly string[]): RegExp {
  const longestFirst = [...new Set(sources)].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.join("|") || "(?!)", "g");
}

/**
 * What a text looks like inside the Base64 of a longer one, such as `user:password`: for each of the three
 * ways in which it may begin in a group, the characters that depend on it alone, in both alphabets.
 */
function base64Forms(value: string): string[] {
  const bytes = new TextEncoder().encode(value);
  return [0, 1, 2].flatMap((shift) => {
    const all = new Uint8Array(shift + bytes.length);
    all.set(bytes, shift);
    const form = all.toBase64({ omitPadding: true })
      .slice(Math.ceil(shift * 8 / 6), Math.floor(all.length * 8 / 6));
    return [form, form.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

const BYTES = new TextDecoder("latin1");

/** Bytes as a text of one character each. */
function asCharacters(bytes: Uint8Array<ArrayBuffer>): string {
  return BYTES.decode(bytes);
}

function findAll(pattern: RegExp, text: string): Span[] {
  return text.matchAll(pattern).map(({ 0: { length }, index }): Span => [index, index + length])
    .toArray();
}
