/**
 * Which `*`, `_` and `~~` are emphasis. These are CommonMark's rules of delimiter runs, but for one thing:
 * it knows where words begin only in scripts that have spaces between them. Beside other scripts, their
 * punctuation included, a mark opens and closes as its writer meant it (cf. the proposal
 * tats-u/markdown-cjk-friendly).
 */
import type { Token } from "marked";

/** A run of marks of emphasis. */
export interface DelimiterRun {
  readonly mark: string;
  /** Where it begins in the source. */
  readonly at: number;
  readonly length: number;
  readonly canOpen: boolean;
  readonly canClose: boolean;
  /** How many brackets are open before it. */
  readonly depth: number;
  /** Whether a file pattern may begin with it, as in `*.ts`. Then it only closes what is opened alike. */
  readonly isGlob?: boolean;
  /** Whether it is a single star between two letters or digits. */
  readonly isInner?: boolean;
}

/** What stands in a line: a token, or a run of marks that may become one. */
export type Node = Token | DelimiterRun;

/** Letters and marks of scripts that have no spaces between words, and of those that do not need them. */
const UNSPACED =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}\p{sc=Yi}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Tibetan}\u3000-\u303f\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef“”‘’…—·]/u;
const PUNCTUATION = /[\p{P}\p{S}]/u;
/** How many marks of punctuation may stand between a mark of emphasis and a letter that decides. */
const NEAR = 8;

const isSpace = (character: string) => /^\s?$/.test(character);
const isPunctuation = (character: string) => PUNCTUATION.test(character);
const isUnspaced = (character: string) => UNSPACED.test(character);

/** The character that ends before an offset. */
function before(source: string, at: number): string {
  const last = source.charAt(at - 1);
  return /[\udc00-\udfff]/.test(last) ? source.slice(Math.max(at - 2, 0), at) : last;
}

function after(source: string, at: number): string {
  return at < source.length ? String.fromCodePoint(source.codePointAt(at) ?? 0) : "";
}

/** Whether the nearest letter in a direction is of an unspaced script. */
function leadsToUnspaced(source: string, at: number, step: 1 | -1): boolean {
  let place = at;
  for (let i = 0; i < NEAR; i++) {
    const character = step === 1 ? after(source, place) : before(source, place);
    if (isSpace(character)) return false;
    if (isUnspaced(character)) return true;
    if (!isPunctuation(character)) return false;
    place += step * character.length;
  }
  return false;
}

/** Reads the run of marks at an offset. `depth` is the number of brackets open before it. */
export function readRun(source: string, at: number, length: number, depth: number): DelimiterRun {
  const mark = source.charAt(at);
  const [left, right] = [before(source, at), after(source, at + length)];
  const isNear = leadsToUnspaced(source, at, -1) || leadsToUnspaced(source, at + length, 1);
  const blocks = (character: string) => isPunctuation(character) && !isUnspaced(character);
  const ends = (character: string) => isSpace(character) || isPunctuation(character);
  const opens = !isSpace(right) && (!blocks(right) || ends(left) || isNear);
  const closes = !isSpace(left) && (!blocks(left) || ends(right) || isNear);
  const run = { mark, at, length, depth };
  if (mark === "_") {
    // Beside a word of ASCII they are part of a name, as in __init__.
    const isDouble = length === 2;
    return {
      ...run,
      canOpen: opens &&
        (!closes || isPunctuation(left) || isDouble && isUnspaced(right) && !/\w/.test(left)),
      canClose: closes &&
        (!opens || isPunctuation(right) || isDouble && isUnspaced(left) && !/\w/.test(right)),
    };
  }
  if (isSign(source, run, left, right)) return { ...run, canOpen: false, canClose: false };
  return {
    ...run,
    // Emphasis does not begin with the end of a sentence, nor end with an opening bracket.
    canOpen: opens && !CLOSING.test(right),
    canClose: closes && !OPENING.test(left) && (length > 1 || !PAUSE.test(left) || ends(right)),
    isInner: length === 1 && isWord(left) && isWord(right),
  };
}

const OPENING = /[（「『《【〈“‘]/;
const CLOSING = /[，。、；：！？）」』》】〉”’]/;
/** Signs behind which a sentence goes on. */
const PAUSE = /[，、]/;
const isWord = (character: string) => /[\p{L}\p{N}]/u.test(character);
/** How far a formula is looked for around a star, in characters. */
const FORMULA = 40;

/** Whether marks stand for themselves: an operator, or a sign that is quoted. */
function isSign(
  source: string,
  { mark, at, length }: Pick<DelimiterRun, "mark" | "at" | "length">,
  left: string,
  right: string,
): boolean {
  // A range, a product or a power, as in 5~~10, 2*3 and 2**3.
  if (/\d/.test(left) && /\d/.test(right)) return true;
  if (mark !== "*" || length !== 1) return false;
  if (/[([{（“‘「『《【]/.test(left) && /[)\]}）”’」』》】]/.test(right)) return true;
  const isBetween = (isWord(left) || /[)\]]/.test(left)) && (isWord(right) || right === "(");
  if (!isBetween) return false;
  if (/\d/.test(left) && !isUnspaced(right)) return true;
  const [beginning = ""] =
    /[^\s，。；：！？、]*$/.exec(source.slice(Math.max(at - FORMULA, 0), at)) ??
      [];
  const [end = ""] = /^[^\s，。；：！？、]*/.exec(source.slice(at + 1, at + FORMULA)) ?? [];
  return /[=≈]/.test(beginning + end);
}

/** The longest emphasis that begins and ends inside words with a single star, in characters. */
const LONGEST_INNER = 60;

/** Whether a text between two marks is emphasised rather than between two signs. */
function isPlausible(source: string, opener: DelimiterRun, closer: DelimiterRun): boolean {
  const from = opener.at + opener.length;
  if (opener.isInner && closer.isInner) {
    if (closer.at - from > LONGEST_INNER) return false;
    const text = source.slice(from, closer.at);
    if (/[，。；！？、=()（）]|, /.test(text)) return false;
    // Behind a word each, as in `char*和int*类型`.
    const isBehindWord = ({ at }: DelimiterRun) => /\w/.test(source.charAt(at - 1));
    return !(isBehindWord(opener) && isBehindWord(closer) && UNSPACED.test(text));
  }
  if (opener.mark !== "_") return true;
  // Names with underscores, of which one stands beside a script without spaces.
  return closer.at - from > LONGEST_INNER || ![...source.slice(from, closer.at).matchAll(/_+/g)]
    .some(({ 0: { length }, index }) =>
      isUnspaced(before(source, from + index)) || isUnspaced(after(source, from + index + length))
    );
}

/** How many runs may be open at a time; what is opened before those stays as it is. */
const MAX_OPENERS = 50;
/** The deepest nesting that becomes tokens; what is deeper stays as it is. */
const MAX_NESTING = 50;

/** A run that may still open, with what is left of it. */
interface Opener {
  readonly run: DelimiterRun;
  /** Its place in the output, where its marks stand as text. */
  readonly place: number;
  left: number;
}

/** Makes tokens of the runs in a line. The time is proportional to the number of nodes. */
export function emphasise(source: string, nodes: readonly Node[]): Token[] {
  const out: Token[] = [];
  const openers: Opener[] = [];
  for (const node of nodes) {
    if (!isRun(node)) {
      out.push(node);
      continue;
    }
    let left = node.length;
    while (left > 0 && node.canClose) {
      const index = openers.findLastIndex(({ run }) =>
        fits(run, node) && isPlausible(source, run, node)
      );
      const opener = openers[index];
      if (opener === undefined) break;
      openers.length = index + 1;
      const size = Math.min(opener.left, left) >= 2 ? 2 : 1;
      const tokens = joined(out.splice(opener.place + 1));
      const from = opener.run.at + opener.left - size;
      const to = node.at + node.length - left + size;
      out.pop();
      opener.left -= size;
      left -= size;
      if (opener.left > 0) out.push(textToken(node.mark.repeat(opener.left)));
      else openers.pop();
      out.push(styled(source.slice(from, to), size, tokens));
    }
    if (left === 0) continue;
    if (node.canOpen) openers.push({ run: node, place: out.length, left });
    if (openers.length > MAX_OPENERS) openers.shift();
    out.push(textToken(node.mark.repeat(left)));
  }
  return joined(out);
}

function isRun(node: Node): node is DelimiterRun {
  return !("type" in node);
}

/** The token of emphasised text with `size` marks on either side. */
function styled(raw: string, size: number, tokens: Token[]): Token {
  const type = raw.startsWith("~") ? "del" : size === 2 ? "strong" : "em";
  return nested({ type, raw, text: raw.slice(size, -size), tokens });
}

/** A token with others inside; as text when they are nested too deep. */
export function nested(token: Token & { readonly tokens: Token[] }): Token {
  const nesting = token.tokens.reduce((most, inner) => Math.max(most, nestingOf(inner)), 0) + 1;
  return nesting > MAX_NESTING ? textToken(token.raw) : { ...token, nesting } as Token;
}

function nestingOf(token: Token): number {
  return "nesting" in token ? Number(token["nesting"]) : 0;
}

/** Whether a run closes what another opened. */
function fits(opener: DelimiterRun, closer: DelimiterRun): boolean {
  if (opener.mark !== closer.mark) return false;
  if (closer.isGlob && opener.length !== closer.length) return false;
  // CommonMark's “multiple of 3”, so that `*a**b*` and `**a*b**` are what they look like.
  const isEither = opener.canClose || closer.canOpen;
  const sum = opener.length + closer.length;
  if (isEither && sum % 3 === 0 && (opener.length % 3 !== 0 || closer.length % 3 !== 0)) {
    return false;
  }
  // A mark that might open as well closes nothing that begins inside a bracket and ends outside.
  return !isEither || opener.depth <= closer.depth;
}

/** The tokens, with neighbouring texts joined. */
function joined(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  let text = "";
  const flush = () => {
    if (text !== "") out.push(textToken(text));
    text = "";
  };
  for (const token of tokens) {
    if (token.type === "text") {
      text += token.raw;
      continue;
    }
    flush();
    out.push(token);
  }
  flush();
  return out;
}

/** A token of text. */
export function textToken(text: string): Token {
  return { type: "text", raw: text, text };
}
