import { type Span, spansOf } from "./span.ts";

/** A word of a path or a pattern of file names. */
const WORD = /[\w./*?{}@+-]+/g;
/** Stars where patterns have them: for a directory or a part of its name, before the extension of a file. */
const STARS = /\/\*(?!\*)|\/\*\*(?![\w*])|(?<!\*)\*\/|(?<![\w*])\*\*\/|\*\.[\w*{]/;
/** Stars before and behind the `_` in a name. */
const PART = /(?<!\*)\*_[A-Za-z\d]|[A-Za-z\d]_\*(?!\*)/;
/** Stars of regular expressions, and before the names that Python gives to further arguments. */
const CODE = /(?<![\w.*])\.\*(?!\*)|(?<=\w)\.\*(?=\w)|\^\*|(?<![\w*])\*{1,2}(?:kw)?args(?![\w*])/g;
/** Marks of emphasis around a word, and what is between them. */
const AROUND = /^(\*{1,3}|__?)(?!\*)([^]*[^*_])\1$/;
/** Two stars or three that stand at either end, and not for a directory. */
const ENDS = /^\*{2,3}(?![*/])|(?<![*/])\*{2,3}$/g;

/**
 * Finds the patterns of file names in a text, such as `*.ts`, `src/**` and `test_*.py`, whose stars are no
 * emphasis, and those in code that is not marked as such. The marks around one that is emphasised are not
 * part of it. The time is proportional to the length.
 */
export function findGlobs(text: string): Span[] {
  if (!text.includes("*")) return [];
  const globs = text.matchAll(WORD).flatMap(({ 0: word, index }): Span[] => {
    const [from, to] = withoutMarks(word);
    const glob = word.slice(from, to);
    const isGlob = /[A-Za-z\d]/.test(glob) && (STARS.test(glob) || PART.test(glob));
    return isGlob ? [[index + from, index + to]] : [];
  }).toArray();
  return [...spansOf(CODE, text), ...globs].sort(([a], [b]) => a - b);
}

/** The part of a word that is between marks of emphasis. */
function withoutMarks(word: string): Span {
  const [, marks = "", inner = ""] = AROUND.exec(word) ?? [];
  const isEmphasised = marks.length > 1
    ? !(inner.startsWith("/") && inner.endsWith("/"))
    : !STARS.test(word);
  if (inner !== "" && isEmphasised) return [marks.length, word.length - marks.length];
  const ends = [...word.matchAll(ENDS)];
  const begin = ends.find(({ index }) => index === 0)?.[0].length ?? 0;
  const end = ends.find(({ index }) => index > 0)?.[0].length ?? 0;
  return [begin, word.length - end];
}
