/** Code in Markdown, in which nothing stands for anything else: fences of any length, and code in a line. */
const CODE = /(`{3,})[^]*?(?:\1|$)|`[^`\n]+`/g;

/** Changes the parts of a Markdown text that are no code; the code stays as it is. */
export function outsideCode(markdown: string, change: (part: string) => string): string {
  const parts: string[] = [];
  let end = 0;
  for (const { 0: code, index } of markdown.matchAll(CODE)) {
    parts.push(change(markdown.slice(end, index)), code);
    end = index + code.length;
  }
  return [...parts, change(markdown.slice(end))].join("");
}
