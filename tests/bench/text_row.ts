import { redact } from "../../lib/base/secrets/redact.ts";
import { toFeishu } from "../../lib/feishu/draw/markdown.ts";
import { render } from "../../lib/feishu/draw/render.ts";
import { splitAnswer } from "../../lib/feishu/draw/split_answer.ts";
import { texts } from "../../lib/texts/texts.ts";
import { type Figure, round, type Row } from "./figure.ts";

const SMALL_BYTES = 10_000;
const LARGE_BYTES = 1_000_000;
/** A byte of a long text may cost so many times what one of a short text does. */
const MOST_RATIO = 2;
/** How long each is measured at least, in milliseconds. */
const LEAST_MS = 300;

/** What is done with the text of answers. */
const WORK: Readonly<Record<string, (text: string) => unknown>> = {
  "hiding secrets": redact,
  "markdown to Feishu's": toFeishu,
  "an answer into messages": (text) => splitAnswer(text, 8_000),
  "drawing a card": (text) => render({ status: "done", text }, "card", texts("en")),
};

/** Whether a byte costs the same in a long text. */
export const textRow: Row = {
  name: "text",
  seconds: 15,
  measure: ({ say }) => {
    say("answers of 10 KB and of 1 MB");
    const [small, large] = [answer(SMALL_BYTES), answer(LARGE_BYTES)];
    const figures = Object.entries(WORK).map(([what, work]): Figure => {
      const [short, long] = [nsPerByte(work, small), nsPerByte(work, large)];
      return {
        what: `${what}, 1 MB`,
        budget: `≤ ${MOST_RATIO} × a byte of 10 KB`,
        measured: `${round(long / short)} ×: ${round(long * LARGE_BYTES / 1e6)} ms`,
        kept: long / short <= MOST_RATIO,
        how: `${round(short)} ns a byte in 10 KB, ${round(long)} in 1 MB`,
        numbers: { shortNs: short, longNs: long },
      };
    });
    return Promise.resolve(figures);
  },
};

/** An answer as models write them: text in two languages, lists, code, tables, and what looks like secrets. */
function answer(bytes: number): string {
  const parts: string[] = [];
  for (let n = 0, length = 0; length < bytes; n++) {
    const part =
      `## Step ${n}\n\nThe **parser** reads \`line ${n}\` of [the file](src/a.ts). 这里修复了*第 ${n} 个*问题。\n\n` +
      `- a point with token=${n}abc\n- another, https://example.com/a?b=${n}\n\n` +
      `\`\`\`ts\nconst value${n} = await read("${n}"); // ${"x".repeat(40)}\n\`\`\`\n\n` +
      (n % 20 === 0 ? "| a | b |\n| --- | --- |\n| 1 | 2 |\n\n" : "");
    parts.push(part);
    length += part.length;
  }
  return parts.join("");
}

function nsPerByte(work: (text: string) => unknown, text: string): number {
  // Compiled first.
  work(text);
  const since = performance.now();
  let times = 0;
  do {
    work(text);
    times++;
  } while (performance.now() - since < LEAST_MS);
  return (performance.now() - since) * 1e6 / times / text.length;
}
