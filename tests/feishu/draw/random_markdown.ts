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
  "中文**“引号”**中文",
  "**注意：**看",
  "snake_case_name",
  "2*3*4",
  "3~5天",
  "[文件](src/深/a.ts)",
  "见https://x.io/a_b。然后",
  "مرحبا",
  ":DONE:",
  "C:\\temp\\*",
  "a | b",
  "<person id='ou_1'></person>",
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

/** Pieces of which most Markdown goes wrong somewhere. */
const MARKS =
  ("* ** *** _ __ ~ ~~ ` `` ``` ```` ~~~ [ ] ( ) ]( ![ < > </ & ; | || \\ # ## - + 1. 23) " +
    "--- === :-- > >> <at <br> <!-- --> https:// www. @ : = !").split(" ");

/** Marks and letters in a random order; each letter is another one. */
export function soup(random: () => number, pieces: number): string {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  let letter = 0x4e00;
  const piece = () => {
    const kind = random();
    if (kind < 0.4) return pick(MARKS);
    if (kind < 0.7) return String.fromCharCode(letter++);
    return pick([" ", " ", "  ", "    ", "\n", "\n", "\n\n", "\t", "\n- ", "\n```\n", "\n|"]);
  };
  return Array.from({ length: pieces }, piece).join("");
}

/** What Feishu may read as a mention, also where nothing else is markup. */
export const MENTION = /<(?:at|person)[\s/]+[\w-]+\s*=/i;

/** The letters that a reader sees of Markdown. */
export function letters(markdown: string): string {
  return markdown
    .replaceAll(/<br>|&(?:lt|gt|amp|quot|nbsp);/g, "")
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replaceAll(/(?:%[0-9A-F]{2})+/g, (code) => decodeURIComponent(code))
    .replaceAll(/[^\p{L}]/gu, "");
}

/** Whether all characters of `part` are in `whole`, in their order. */
export function isWithin(part: string, whole: string): boolean {
  let at = 0;
  for (const character of part) {
    at = whole.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** Feishu's Markdown without its fenced blocks and code spans, in which nothing is markup. */
export function outsideCode(markdown: string): string {
  return markdown.replaceAll(/^(`{3,})[^`\n]*$[^]*?^\1$/gm, "")
    .replaceAll(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, "");
}
