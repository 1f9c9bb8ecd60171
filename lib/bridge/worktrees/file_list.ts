import { summaryLine } from "../../base/text.ts";
import { visible } from "../../base/visible.ts";
import type { Texts } from "../../texts/texts.ts";

/** How many files are named; the others are counted. */
const MAX_NAMED = 10;

/** Names files in a sentence of Markdown. */
export function fileList(
  files: readonly string[],
  { andMore }: Pick<Texts, "andMore">,
): string {
  const named = files.slice(0, MAX_NAMED)
    .map((file) => `\`${summaryLine(visible(file)).replaceAll("`", "'")}\``).join(", ");
  const more = files.length - MAX_NAMED;
  return more > 0 ? named + andMore(more) : named;
}
