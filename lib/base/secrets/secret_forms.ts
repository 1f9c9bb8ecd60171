import { type Span, spansOf } from "../span.ts";

/** One way in which a secret may be written. */
export interface SecretForm {
  readonly notation: Notation;
  /** What {@linkcode Notation.strip} leaves of it. */
  readonly bare: string;
  /** The form without anything between its characters; not set if its letters may vary. */
  readonly literal?: string;
  /** Where it stands in a text. */
  find(text: string): Span[];
}

/** How texts are written in which something may stand between any two characters of a secret. */
interface Notation {
  /**
   * Takes out of a text whatever may stand there, and perhaps more. A form can stand in a text only if its bare
   * form stands in the stripped one.
   */
  strip(text: string): string;
}

/** Characters, broken over lines or put together from quoted parts. */
const CHARACTERS: Notation = { strip: (text) => text.replaceAll(/[\\\r\n \t>|"'`+.]+/g, "") };
/** Bytes as hexadecimal numbers. */
const HEXADECIMAL: Notation = {
  strip: (text) => text.replaceAll(/[0\\]x|[\s:,]+/g, "").toLowerCase(),
};
/** Bytes as octal numbers behind a backslash. */
const OCTAL: Notation = { strip: (text) => text.replaceAll(/\\0{0,2}/g, "\\") };

/** What may stand between two characters when a text is broken over lines, or put together from quoted parts. */
const BREAK = `(?:\\\\?\\r?\\n[ \\t>|]{0,12}|["'\`][ \\t]{0,2}[+.]?[ \\t]{0,2}["'\`])?`;
/** What may stand between two bytes in hexadecimal. */
const BYTE_GAP = "(?:0x|\\\\x|[\\s:,]){0,3}";

/** The ways in which a secret may be written. */
export function secretForms(value: string): SecretForm[] {
  const literals = [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value.toWellFormed()),
    ...base64Forms(value),
  ];
  const bytes = [...new TextEncoder().encode(value)];
  const digit = (one: string) => /[a-f]/.test(one) ? `[${one}${one.toUpperCase()}]` : one;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0"));
  const octal = bytes.map((byte) => `\\${byte.toString(8)}`);
  return [
    ...new Set(literals).values().map((literal) => ({
      literal,
      ...form(CHARACTERS, literal, () => [...literal].map((one) => RegExp.escape(one)).join(BREAK)),
    })),
    form(
      HEXADECIMAL,
      hex.join(""),
      () => hex.map((byte) => byte.replaceAll(/./g, digit)).join(BYTE_GAP),
    ),
    form(OCTAL, octal.join(""), () => octal.map((one) => one.replace("\\", "\\\\0{0,2}")).join("")),
  ];
}

/**
 * Where any of some forms stands in a text. Places may overlap. Patterns that allow for what may stand between
 * characters take long to compile, hundreds of milliseconds for a few secrets, so that of a form is made when it
 * is there.
 */
export function findForms(forms: readonly SecretForm[], text: string): Span[] {
  const stripped = new Map<Notation, string>();
  return forms.flatMap((form) => {
    const bare = stripped.getOrInsertComputed(form.notation, () => form.notation.strip(text));
    return bare.includes(form.bare) ? form.find(text) : [];
  });
}

/**
 * What a text looks like inside the Base64 of a longer one, such as `user:password`: for each of the three
 * ways in which it may begin in a group, the characters that depend on it alone, in both alphabets.
 */
export function base64Forms(value: string): string[] {
  const bytes = new TextEncoder().encode(value);
  return [0, 1, 2].flatMap((shift) => {
    const all = new Uint8Array(shift + bytes.length);
    all.set(bytes, shift);
    const form = all.toBase64({ omitPadding: true })
      .slice(Math.ceil(shift * 8 / 6), Math.floor(all.length * 8 / 6));
    return [form, form.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

function form(notation: Notation, text: string, source: () => string): SecretForm {
  let pattern: RegExp | undefined;
  return {
    notation,
    bare: notation.strip(text),
    find(text) {
      pattern ??= new RegExp(source(), "g");
      return spansOf(pattern, text);
    },
  };
}
