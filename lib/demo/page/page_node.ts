/**
 * Text or an element of the page. The client makes DOM nodes from it and never parses a string as HTML,
 * so nothing that a model or a user wrote can become markup.
 */
export type PageNode = string | PageElement;

/** The elements that the client can make. */
export const PAGE_TAGS = [
  ..."a b blockquote br button code del details div em figure h1 h2 h3 h4 h5 h6 hr img li ol option"
    .split(
      " ",
    ),
  ..."p pre section select span strong summary table tbody td th thead tr ul".split(" "),
] as const;

/** An element of the page. */
export interface PageElement {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly PageNode[];
}

/** Makes an element, for example `element("a", { href }, "text")`. */
export function element(
  tag: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly PageNode[]
): PageElement {
  return { tag, attributes, children };
}

/** The text of nodes without what can be pressed, for previews. */
export function nodeText(nodes: readonly PageNode[]): string {
  return nodes.map((node) => {
    if (typeof node === "string") return node;
    return node.tag === "button" || node.tag === "select" ? "" : nodeText(node.children) + " ";
  }).join("");
}

/** The URL if the page may link to it: only http and https. */
export function safeLink(href: string): string | undefined {
  const url = URL.parse(href);
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : undefined;
}
