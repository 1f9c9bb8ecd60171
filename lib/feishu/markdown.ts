/**
 * The model's Markdown, in the dialect that Feishu's cards and posts take. Pure.
 * What they take and refuse: Feishu's pages of the rich-text component, card JSON 2.0.
 */

/** Escape sequences of terminals: an escape character, and what it commands. */
const ANSI = /(?![\n\t])\p{Cc}(?:\[[0-9;?]*[ -/]*[@-~]|\][^\p{Cc}]*(?:\p{Cc}\\?)?|[()][A-Z0-9])/gu;
const CONTROL = /(?![\n\t])\p{Cc}/gu;

/** Text without terminal escapes, control characters and halves of surrogate pairs. */
export function plainText(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(ANSI, "").replace(CONTROL, "").toWellFormed();
}

/** A line that opens or closes a fenced code block. */
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;

/** A piece of Markdown: inside a fence, or not. */
interface Section {
  readonly code: boolean;
  readonly lines: readonly string[];
}

/** Cuts Markdown at its fences; a fence that is still open at the end is closed. */
function sections(markdown: string): Section[] {
  const found: { code: boolean; lines: string[] }[] = [];
  let open: string | undefined;
  let current = { code: false, lines: [] as string[] };
  const next = (code: boolean) => {
    if (current.lines.length > 0) found.push(current);
    current = { code, lines: [] };
  };
  for (const line of markdown.split("\n")) {
    const [, marks = "", info = ""] = FENCE.exec(line) ?? [];
    if (open === undefined && marks !== "" && !(marks.startsWith("`") && info.includes("`"))) {
      next(true);
      open = marks;
      current.lines.push(`\`\`\`${info.trim().split(/\s+/)[0]?.toLowerCase() ?? ""}`);
    } else if (
      open !== undefined && marks.startsWith(open.slice(0, 1)) && marks.length >= open.length &&
      info.trim() === ""
    ) {
      current.lines.push("```");
      next(false);
      open = undefined;
    } else {
      // A fence of three inside a longer one would end ours.
      current.lines.push(open === undefined ? line : line.replace(/^( {0,3})```/, "$1'''"));
    }
  }
  if (open !== undefined) current.lines.push("```");
  next(false);
  return found;
}

/**
 * Markdown that a card shows as it was meant, and that never mentions, embeds or styles anything
 * on its own: `<` starts a tag for Feishu, so it is escaped outside of code.
 */
export function toFeishu(markdown: string): string {
  return sections(plainText(markdown))
    .map(({ code, lines }) => code ? lines.join("\n") : lines.map(convertLine).join("\n"))
    .join("\n");
}

function convertLine(line: string): string {
  // Code spans stay as they are, in pairs of equal runs of backticks.
  return line.split(/(`+[^`]*`+)/).map((piece, i) => i % 2 === 1 ? piece : convertText(piece))
    .join("");
}

function convertText(text: string): string {
  return text
    // Feishu refuses a whole card for a picture that is not its own.
    .replaceAll(
      /!\[([^\]]*)\]\(([^)\s]*)[^)]*\)/g,
      (_, alt: string, url: string) =>
        /^https?:/.test(url) ? `[${alt || url}](${url})` : alt || url,
    )
    .replaceAll(/&(?=#?\w+;)/g, "&#38;")
    .replaceAll("<", "&#60;")
    .replaceAll(/(?<!^ {0,3}(?:> ?)*)>/g, "&#62;");
}

/**
 * Bytes of converted Markdown that leave room for the rest of a card or post within their 30 KB.
 * Conversion makes text longer, and Feishu counts the JSON's UTF-8.
 */
const MESSAGE_BYTES = 20_000;

/** Cuts an answer into as many messages as it takes: each of at most `max` characters, and not too large. */
export function splitAnswer(markdown: string, max: number): string[] {
  return splitMarkdown(markdown, max).flatMap((piece) => {
    const bytes = new TextEncoder().encode(JSON.stringify(toFeishu(piece))).length;
    return bytes <= MESSAGE_BYTES || piece.length < 100
      ? [piece]
      : splitAnswer(piece, Math.ceil(piece.length / 2));
  });
}

/**
 * Cuts Markdown into pieces of at most `max` characters, between paragraphs where it can, else
 * between lines, else anywhere. A fence that is cut is closed, and opened again in the next piece.
 * Nothing is left out.
 */
export function splitMarkdown(markdown: string, max: number): string[] {
  if (markdown.length <= max) return [markdown];
  const pieces: string[] = [];
  let piece = "";
  const flush = () => {
    if (piece.trim() !== "") pieces.push(piece.replace(/\n+$/, ""));
    piece = "";
  };
  for (const { code, lines } of sections(markdown)) {
    const head = code ? lines[0] ?? "```" : "";
    const body = code ? lines.slice(1, -1) : lines;
    if (code) {
      if (piece.length + lines.join("\n").length + 1 > max && piece.length > max / 2) flush();
      piece += head + "\n";
    }
    const room = max - (code ? 4 : 0);
    for (const line of body) {
      for (const part of cut(line, max - head.length - 6)) {
        const paragraphEnds = !code && part === "" && piece.length > max * 0.8;
        if (piece.length + part.length + 1 > room || paragraphEnds) {
          if (code) piece += "```";
          flush();
          if (code) piece = head + "\n";
        }
        piece += part + "\n";
      }
    }
    if (code) piece += "```\n";
  }
  flush();
  return pieces;
}

function cut(line: string, max: number): string[] {
  if (line.length <= max) return [line];
  const parts: string[] = [];
  for (let at = 0; at < line.length;) {
    let end = Math.min(at + max, line.length);
    // Never between the halves of a surrogate pair.
    if (end < line.length && /[\ud800-\udbff]/.test(line.charAt(end - 1))) end--;
    parts.push(line.slice(at, end));
    at = end;
  }
  return parts;
}
