/**
 * Parses the contents of a paragraph, heading or table cell into the tokens of `marked`. Its own parser of
 * these takes time that grows with the square of the length, and knows no emphasis beside Chinese.
 */
import type { Token } from "marked";
import type { Span } from "../span.ts";
import { type Destination, readDestination, unescaped } from "./link_destination.ts";
import { findGlobs } from "../globs.ts";
import { emphasise, nested, type Node, readRun, textToken } from "./emphasis.ts";

/** Where the references of a document lead, by their labels in small letters. */
export type References = Readonly<
  Record<string, { readonly href: string | null; readonly title?: string | null | undefined }>
>;

/** Parses a line of Markdown. The time is proportional to the length. */
export function parseInline(source: string, references: References = {}): Token[] {
  return new InlineParser(source, references).parse();
}

/** A `[` or `![` that a link or picture may begin with. */
interface Bracket {
  /** Its place among the nodes. */
  readonly place: number;
  /** Where its text begins in the source. */
  readonly from: number;
  readonly isPicture: boolean;
}

/** How many links may be open at a time; the first of more is text. */
const MAX_BRACKETS = 50;
/** The longest run of marks that is emphasis. */
const MAX_RUN = 6;

/** Text in which nothing begins but addresses; in short pieces, because one may begin in each. */
const PLAIN = /[^\\`*_~[\]!<()（）「」『』【】《》]{1,200}/y;
const RUN = /\*+|_+|~+/y;
const TICKS = /`+/g;
const TAG =
  /<\/?[A-Za-z][\w-]*(?:\s+[\w:.-]+(?:\s*=\s*(?:"[^"\n]{0,999}"|'[^'\n]{0,999}'|[^\s"'=<>`]+))?)*\s*\/?>/y;
const AUTOLINK = /<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[\w.+-]{1,64}@[\w.-]{1,255})>/y;
/** An address ends where Chinese begins, and where emphasis ends. */
const ADDRESS =
  /(?<![A-Za-z0-9])(?:https?:\/\/|ftp:\/\/|www\.)(?=[A-Za-z0-9])(?:(?!\*\*|~~)[!#-;=?-Z^_a-~])+/gi;
const OPENING = "([（「『【《";
const CLOSING = ")]）」』】》";

class InlineParser {
  readonly #source: string;
  readonly #references: References;
  readonly #hasReferences: boolean;
  #nodes: Node[] = [];
  #text = "";
  #at = 0;
  #brackets: Bracket[] = [];
  /** How many brackets of any kind are open. */
  #depth = 0;
  /** For each length of a run of backticks where such runs stand, the last first; made when needed. */
  #ticks: Map<number, number[]> | undefined;
  /** Where the marks of file patterns stand, the last first. */
  readonly #globs: Span[];
  /** The next address in the text. */
  #url: { readonly at: number; readonly address: string } | undefined;

  constructor(source: string, references: References) {
    this.#source = source;
    this.#references = references;
    this.#hasReferences = Object.keys(references).length > 0;
    this.#globs = findGlobs(source).reverse();
    this.#findUrl();
  }

  parse(): Token[] {
    while (this.#at < this.#source.length) this.#step();
    this.#flush();
    return emphasise(this.#source, this.#nodes);
  }

  #step(): void {
    if (this.#url !== undefined && this.#url.at < this.#at) this.#findUrl();
    if (this.#url?.at === this.#at) return this.#address(this.#url.address);
    PLAIN.lastIndex = this.#at;
    if (PLAIN.test(this.#source)) {
      return this.#take(Math.min(PLAIN.lastIndex, this.#url?.at ?? Infinity));
    }
    const character = this.#source.charAt(this.#at);
    switch (character) {
      case "\\":
        return this.#escape();
      case "`":
        return this.#code();
      case "*":
      case "_":
      case "~":
        return this.#run();
      case "!":
        if (this.#source.charAt(this.#at + 1) !== "[") return this.#take(this.#at + 1);
        return this.#open(2);
      case "[":
        this.#depth++;
        return this.#open(1);
      case "]":
        this.#depth = Math.max(this.#depth - 1, 0);
        return this.#close();
      case "<":
        return this.#angle();
      default:
        if (OPENING.includes(character)) this.#depth++;
        if (CLOSING.includes(character)) this.#depth = Math.max(this.#depth - 1, 0);
        return this.#take(this.#at + 1);
    }
  }

  /** Takes the source up to an offset as text. */
  #take(end: number): void {
    this.#text += this.#source.slice(this.#at, end);
    this.#at = end;
  }

  #flush(): void {
    if (this.#text !== "") this.#nodes.push(textToken(this.#text));
    this.#text = "";
  }

  /** Adds a token that ends at an offset. */
  #add(token: Token, end: number): void {
    this.#flush();
    this.#nodes.push(token);
    this.#at = end;
  }

  #findUrl(): void {
    ADDRESS.lastIndex = this.#at;
    const match = ADDRESS.exec(this.#source);
    this.#url = match === null ? undefined : { at: match.index, address: trimAddress(match[0]) };
  }

  #address(text: string): void {
    const href = /^www\./i.test(text) ? `http://${text}` : text;
    this.#add(linkToken(text, { href, title: null }, text), this.#at + text.length);
  }

  #escape(): void {
    const next = this.#source.charAt(this.#at + 1);
    const end = this.#at + 2;
    if (next === "\n") return this.#add({ type: "br", raw: "\\\n" }, end);
    if (/[!-/:-@[-`{-~]/.test(next)) {
      return this.#add({ type: "escape", raw: `\\${next}`, text: next }, end);
    }
    this.#take(this.#at + 1);
  }

  #code(): void {
    TICKS.lastIndex = this.#at;
    const [marks = "`"] = TICKS.exec(this.#source) ?? [];
    const from = this.#at + marks.length;
    const runs = this.#tickRuns().get(marks.length) ?? [];
    // Those before here cannot close anything that follows.
    while ((runs.at(-1) ?? Infinity) < from) runs.pop();
    const to = runs.at(-1);
    if (to === undefined) return this.#take(from);
    const code = this.#source.slice(from, to).replaceAll("\n", " ");
    const text = /^ .*[^ ].* $/.test(code) ? code.slice(1, -1) : code;
    const end = to + marks.length;
    this.#add({ type: "codespan", raw: this.#source.slice(this.#at, end), text }, end);
  }

  #tickRuns(): Map<number, number[]> {
    if (this.#ticks === undefined) {
      this.#ticks = new Map();
      for (const { 0: { length }, index } of this.#source.matchAll(TICKS)) {
        const runs = this.#ticks.get(length);
        if (runs === undefined) this.#ticks.set(length, [index]);
        else runs.push(index);
      }
      for (const runs of this.#ticks.values()) runs.reverse();
    }
    return this.#ticks;
  }

  #run(): void {
    RUN.lastIndex = this.#at;
    const [marks = ""] = RUN.exec(this.#source) ?? [];
    // One tilde is a range or “about”, as in 3~5; three are no emphasis.
    const glob = this.#globHere();
    const isInside = glob !== undefined && glob[0] < this.#at;
    const isText = isInside ||
      (marks.startsWith("~") ? marks.length !== 2 : marks.length > MAX_RUN);
    if (isText) return this.#take(this.#at + marks.length);
    this.#flush();
    const run = readRun(this.#source, this.#at, marks.length, this.#depth);
    this.#nodes.push(glob === undefined ? run : { ...run, canOpen: false, isGlob: true });
    this.#at += marks.length;
  }

  /** The file pattern that stands here, if there is one. */
  #globHere(): Span | undefined {
    while ((this.#globs.at(-1)?.[1] ?? Infinity) <= this.#at) this.#globs.pop();
    const next = this.#globs.at(-1);
    return next !== undefined && next[0] <= this.#at ? next : undefined;
  }

  #open(length: 1 | 2): void {
    this.#flush();
    if (length === 2) this.#depth++;
    const isPicture = length === 2;
    if (this.#brackets.length === MAX_BRACKETS) this.#brackets.shift();
    this.#brackets.push({ place: this.#nodes.length, from: this.#at + length, isPicture });
    this.#nodes.push(textToken(isPicture ? "![" : "["));
    this.#at += length;
  }

  #close(): void {
    const bracket = this.#brackets.pop();
    const label = bracket && this.#source.slice(bracket.from, this.#at);
    const to = bracket &&
      (readDestination(this.#source, this.#at + 1) ?? this.#reference(label ?? ""));
    if (bracket === undefined || label === undefined || to === undefined) {
      return this.#take(this.#at + 1);
    }
    this.#flush();
    const tokens = emphasise(this.#source, this.#nodes.splice(bracket.place + 1));
    this.#nodes.pop();
    const raw = this.#source.slice(bracket.from - (bracket.isPicture ? 2 : 1), to.end);
    const type = bracket.isPicture ? "image" : "link";
    const { href, title } = to;
    this.#add(nested({ type, raw, href, title, text: unescaped(label), tokens }), to.end);
    // A link holds no other link.
    if (!bracket.isPicture) this.#brackets = this.#brackets.filter((one) => one.isPicture);
  }

  /** `[label]` after the text of a link, `[]`, or nothing. */
  #reference(text: string): Destination | undefined {
    if (!this.#hasReferences) return undefined;
    LABEL.lastIndex = this.#at + 1;
    const [whole, label = ""] = LABEL.exec(this.#source) ?? [];
    const wanted = label.trim() === "" ? text : label;
    if (wanted.length > MAX_LABEL) return undefined;
    const key = wanted.trim().replaceAll(/\s+/g, " ").toLowerCase();
    const { href, title } = Object.hasOwn(this.#references, key) ? this.#references[key] ?? {} : {};
    if (href === undefined || href === null) return undefined;
    return { href, title: title ?? null, end: this.#at + 1 + (whole?.length ?? 0) };
  }

  #angle(): void {
    AUTOLINK.lastIndex = this.#at;
    const [whole, address = ""] = AUTOLINK.exec(this.#source) ?? [];
    if (whole !== undefined) {
      const href = address.includes(":") ? address : `mailto:${address}`;
      return this.#add(linkToken(whole, { href, title: null }, address), this.#at + whole.length);
    }
    TAG.lastIndex = this.#at;
    const [tag] = TAG.exec(this.#source) ?? [];
    if (tag === undefined) return this.#take(this.#at + 1);
    this.#add({ type: "html", raw: tag, text: tag } as Token, this.#at + tag.length);
  }
}

/** The longest label of a reference, in characters (CommonMark). */
const MAX_LABEL = 999;
const LABEL = /\[((?:[^[\]\\]|\\.){0,999})\]/y;
/** An address without the punctuation behind it. */
function trimAddress(address: string): string {
  let end = address.length;
  let open = (address.match(/\(/g) ?? []).length - (address.match(/\)/g) ?? []).length;
  for (; end > 0; end--) {
    const last = address.charAt(end - 1);
    if (last === ")" && open < 0) open++;
    else if (!/[?!.,:;*_~'&$]/.test(last)) break;
  }
  return address.slice(0, end);
}

function linkToken(
  raw: string,
  { href, title }: { href: string; title: string | null },
  text: string,
): Token {
  return { type: "link", raw, href, title, text, tokens: [textToken(text)] };
}
