import type { MarkedToken, Token } from "marked";

/** Entities that models write for characters which Markdown would take for markup. */
const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&amp;": "&",
  "&quot;": '"',
  "&#39;": "'",
  "&nbsp;": " ",
};

/**
 * What Feishu would take for markup in plain text: tags, entities, emphasis, code, table cells, links and
 * pictures, emojis by name.
 */
const MARKUP =
  /[<>|*`~]|&(?=#?\w+;)|!(?=\[)|\](?=\()|\\(?=[!-/:-@[-`{-~])|:(?=[A-Z]\w*:)|(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/gu;

/** Text that Feishu shows as it is (its page of the rich-text component: escapes). */
export function literal(text: string): string {
  return text.replaceAll(/&(?:lt|gt|amp|quot|nbsp|#39);/g, (entity) => ENTITIES[entity] ?? entity)
    .replaceAll(MARKUP, entity);
}

function entity(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

/** Code in which no reader, however simple, finds a mention. */
export function withoutMentions(code: string): string {
  return code.replaceAll(/<(?=\/?(?:at|person)\b)/gi, "<\u200b");
}

/** A span of code. */
export function codeSpan(code: string): string {
  const text = withoutMentions(code.replaceAll("\n", " "));
  if (!text.includes("`")) return `\`${text}\``;
  // With three marks it would look like a fence, and behind the inner ones nobody must find a picture.
  const inner = text.replaceAll(/``+/g, ({ length }) => "'".repeat(length))
    .replaceAll("](", "]\u200b(");
  const pad = /^`|`$/.test(inner) ? " " : "";
  return `\`\`${pad}${inner}${pad}\`\``;
}

/** What a span of text stands in. */
interface Around {
  /** Marks of the emphasis around it. */
  readonly marks: string;
  readonly inLink: boolean;
}

/** The contents of a paragraph, heading or table cell, in Feishu's Markdown. */
export function inlineMarkdown(
  tokens: readonly Token[] = [],
  around: Around = { marks: "", inLink: false },
): string {
  let out = "";
  /** What was written last ends with a mark, and needs room to the next letter. */
  let tight = false;
  const write = (text: string, isStyled = false) => {
    if (text === "") return;
    if (isStyled ? /[^\s\p{P}\p{S}]$|[*~]$/u.test(out) : tight && /^[^\s\p{P}\p{S}]/u.test(text)) {
      out += " ";
    }
    // Before a link it would make a picture.
    if (out.endsWith("!") && text.startsWith("[")) out = out.slice(0, -1) + entity("!");
    out += text;
    tight = isStyled;
  };
  for (const [i, token] of (tokens as readonly MarkedToken[]).entries()) {
    switch (token.type) {
      case "strong":
      case "em":
      case "del": {
        const mark = token.type === "strong" ? "**" : token.type === "em" ? "*" : "~~";
        // A single tilde means "from … to" or "about" far more often than that something is struck.
        if (token.type === "del" && !token.raw.startsWith("~~")) {
          write(literal("~") + inlineMarkdown(token.tokens, around) + literal("~"));
        } else if (
          token.raw[0] === "*" && /\w$/.test(tokens[i - 1]?.raw ?? "") &&
          /^\w/.test(tokens[i + 1]?.raw ?? "")
        ) {
          // A product, like 2*3*4.
          const sign = literal(token.type === "strong" ? "**" : "*");
          write(sign + inlineMarkdown(token.tokens, around) + sign);
        } else if (around.marks.includes(mark)) {
          write(inlineMarkdown(token.tokens, around));
        } else {
          const inner = inlineMarkdown(token.tokens, { ...around, marks: around.marks + mark });
          write(`${mark}${inner.trim()}${mark}`, true);
        }
        break;
      }
      case "codespan":
        write(codeSpan(token.text));
        break;
      case "link":
        write(
          link(
            inlineMarkdown(token.tokens, { ...around, inLink: true }),
            token,
            around.inLink,
          ),
        );
        break;
      case "image":
        // Feishu refuses a whole card for a picture that is not its own.
        write(link(literal(token.text.replaceAll("\n", " ")), token, around.inLink));
        break;
      case "br":
        write("\n");
        break;
      case "html":
        write(/^<br\s*\/?>$/i.test(token.raw) ? "\n" : literal(token.raw));
        break;
      case "escape":
        write(entity(token.text));
        break;
      case "checkbox":
        break;
      default:
        write("tokens" in token ? inlineMarkdown(token.tokens, around) : literal(token.raw));
    }
  }
  return out;
}

/** A link where there is something to open; the path of a file is shown as code. */
function link(
  label: string,
  { href, title, text }: { href: string; title?: string | null; text: string },
  inLink: boolean,
): string {
  const more = title ? ` (${literal(title)})` : "";
  if (/^https?:\/\//i.test(href)) {
    if (href !== text && href !== `http://${text}`) {
      if (inLink) return `${label} (${literal(href)})${more}`;
      return `[${label.trim() || literal(href)}](${encode(href)})${more}`;
    }
    // An address in running text ends where Chinese goes on, whatever the parser says.
    const [address = ""] = /^[!-~]+/.exec(text) ?? [];
    const rest = literal(text.slice(address.length));
    if (inLink) return literal(text);
    return `[${literal(address)}](${
      encode(href.slice(0, href.length - text.length) + address)
    })${more}${rest}`;
  }
  const path = href.startsWith("data:") ? href.slice(0, 40) : href;
  if (label.trim() === "" || href === text) return codeSpan(path || text);
  const isShown = path === "" || text === `\`${href}\`` || href === `mailto:${text}`;
  return isShown ? label + more : `${label} (${codeSpan(path)})${more}`;
}

/** An address without what ends a link for Feishu. */
function encode(address: string): string {
  return address.replaceAll(
    /[^\w\-.~:/?#@!$&'+,;=%]/gu,
    (character) =>
      character < "\x80"
        ? `%${character.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`
        : encodeURIComponent(character),
  );
}
