import { hideSpans } from "./hide_spans.ts";
import { base64Forms, findForms, type SecretForm, secretForms } from "./secret_forms.ts";
import { type Span, spansOf } from "../span.ts";

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
 * and tell the password. All others are hidden wherever they stand, even in Base64.
 */
export class KnownSecrets {
  readonly #values = new Map<string, readonly string[]>();
  /** What is searched for of each value: it takes long to make. */
  #needles: ReadonlyMap<string, Needle> = new Map();
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
    this.#learn();
  }

  /** Forgets a secret that opens nothing any more. */
  forget(name: string): void {
    if (this.#values.delete(name)) this.#learn();
  }

  #learn(): void {
    const all = [...this.#values.values()].flat().filter(isNoWord);
    this.#needles = new Map(all.map((value) => [value, this.#needles.get(value) ?? needle(value)]));
    const known = [...this.#needles.values()];
    this.#inTexts = needles(known);
    this.#inFiles = needles(known.filter(({ value }) => isNoNameInFiles(value)));
  }

  /** Whether a value is one of the secrets, also one that might be a word. */
  has(value: string): boolean {
    return this.#values.values().some((values) => values.includes(value));
  }

  /** Where secrets stand in a text. */
  find(text: string): Span[] {
    return findForms(this.#inTexts.forms, text);
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
    return hideSpans(text, { find: (text) => findForms(this.#inFiles.forms, text) });
  }

  /** Replaces the secrets in the bytes of a file with as many asterisks; the same bytes if there are none. */
  hideBytes(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const spans = spansOf(bytePattern(this.#inFiles.forms), asCharacters(bytes));
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

/** What is searched for of one value. */
interface Needle {
  readonly value: string;
  readonly forms: readonly SecretForm[];
  readonly base64: readonly string[];
}

function needle(value: string): Needle {
  return { value, forms: secretForms(value), base64: base64Forms(value) };
}

/** What is searched for. */
interface Needles {
  readonly forms: readonly SecretForm[];
  readonly beginnings: readonly { readonly value: string; readonly shortest: number }[];
}

function needles(all: readonly Needle[]): Needles {
  return {
    forms: all.flatMap(({ forms }) => forms),
    beginnings: [
      ...all.map(({ value }) => ({ value, shortest: SHORTEST })),
      ...all.flatMap(({ base64 }) => base64)
        .map((value) => ({ value, shortest: SHORTEST_BASE64 })),
    ],
  };
}

/** A pattern for the bytes of a file, one character each; of no forms, it never matches. */
function bytePattern(forms: readonly SecretForm[]): RegExp {
  const literals = new Set(forms.flatMap(({ literal = [] }) => literal));
  // The longest first, so that none is found only in part.
  const sources = literals.values().map((literal) =>
    RegExp.escape(asCharacters(new TextEncoder().encode(literal)))
  ).toArray().sort((a, b) => b.length - a.length);
  return new RegExp(sources.join("|") || "(?!)", "g");
}

const BYTES = new TextDecoder("latin1");

/** Bytes as a text of one character each. */
function asCharacters(bytes: Uint8Array<ArrayBuffer>): string {
  return BYTES.decode(bytes);
}
