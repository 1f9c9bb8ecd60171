/** What a model might write, and what might break out of it. */
const WORDS = [
  "hello",
  "世界",
  "𝒰𝓉𝒻-16",
  "a < b && c > d",
  "Map<string, List<T>>",
  "<at id=all></at>",
  '<at user_id="ou_1">Bob</at>',
  "<font color='red'>red</font>",
  "**bold**",
  "_it_",
  "[link](https://x.io/?a=1&b=2)",
  "![picture](https://x.io/a.png)",
  "![chart](./chart.png)",
  "&lt;at id=all&gt;",
  "&#60;at id=all>",
  "`code <at id=all></at>`",
  "\x1b[31mred\x1b[0m",
  "\ud83d",
  "$HOME",
  "100 %",
  "“quoted”",
];

/** Markdown of some blocks; at most four of them are tables. */
export function randomMarkdown(random: () => number, blocks: number): string {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const words = (most: number) =>
    Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(WORDS)).join(" ");
  const lines = (most: number, line: () => string) =>
    Array.from({ length: 1 + Math.floor(random() * most) }, line).join("\n");
  let tables = 0;
  const block = (): string => {
    switch (Math.floor(random() * 8)) {
      case 0:
        return `${"#".repeat(1 + Math.floor(random() * 6))} ${words(4)}`;
      case 1:
        return lines(5, () => `- ${words(8)}`);
      case 2:
        return lines(3, () => `> ${words(8)}`);
      case 3: {
        const language = pick(["", "ts", "Bash", "c++"]);
        return `\`\`\`${language}\n${lines(30, () => `  ${words(6)}`)}\n\`\`\``;
      }
      case 4:
        return `~~~\n${lines(5, () => words(6))}\n~~~`;
      case 5:
        if (++tables > 4) return "---";
        return `| a | b |\n|---|---|\n${lines(6, () => `| ${words(2)} | ${words(2)} |`)}`;
      case 6:
        return "长".repeat(Math.floor(random() * 3000));
      default:
        return words(40);
    }
  };
  return Array.from({ length: blocks }, block).join("\n\n");
}

/** Markdown without its fenced blocks and code spans, in which nothing is markup. */
export function outsideCode(markdown: string): string {
  const text: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split("\n")) {
    const mark = /^(```|~~~)/.exec(line)?.[0];
    if (fence === undefined && mark === undefined) {
      text.push(line.replaceAll(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, ""));
    } else if (fence === undefined) fence = mark;
    else if (mark === fence) fence = undefined;
  }
  return text.join("\n");
}
