import type { Twin } from "./feishu_twin/twin.ts";

/** How long to wait for the answer (ms). */
const ANSWER_MS = 10 * 60_000;

/**
 * Sends a message and writes the answer as it grows.
 *
 * @param endTitles The titles with which the bot's message says that the turn has ended.
 * @param write Called with each piece of text that was added.
 * @returns The title of the finished message.
 */
export async function growingAnswer(
  twin: Twin,
  text: string,
  endTitles: readonly string[],
  write: (text: string) => void,
): Promise<string> {
  twin.say({ text });
  let shown = "";
  return await twin.until(() => {
    const [title = "", ...body] = twin.botMessages().map((message) => twin.plain(message))
      .join("\n").split("\n");
    const now = body.join("\n");
    if (now !== shown) write(addedText(shown, now));
    shown = now;
    // A message without a title that begins with a list is complete as well.
    return endTitles.includes(title) || title.startsWith("-") ? title : undefined;
  }, { timeoutMs: ANSWER_MS });
}

/** The text to write below `before` so that the reader sees `now`: from the first line that differs. */
function addedText(before: string, now: string): string {
  if (now.startsWith(before)) return now.slice(before.length);
  const old = before.split("\n");
  const lines = now.split("\n");
  const same = lines.findIndex((line, i) => line !== old[i]);
  return `\n${lines.slice(Math.max(same, 0)).join("\n")}`;
}
