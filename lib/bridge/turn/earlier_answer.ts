import type { EarlierAnswer } from "../../model/turn.ts";
import { EMPTY_READING, type Reading } from "../../model/reading.ts";
import type { View } from "../../model/view.ts";

/** The most characters of an answer that another one goes on with in its message, and of all that goes with it. */
const MAX_TEXT = 4_000;
const MAX_CHARS = 12_000;

/** What a finished answer's message shows, if a later turn may go on in it; `undefined` if that is too much. */
export function earlierAnswer(view: View): EarlierAnswer | undefined {
  const { status, text = "", tools = [], hiddenTools = 0, files = [], hiddenFiles = 0 } = view;
  const isWhole = hiddenTools === 0 && hiddenFiles === 0 && view.file === undefined && !view.error;
  if (status !== "done" || !isWhole || text.length > MAX_TEXT) return undefined;
  const earlier = { text, tools, files };
  return JSON.stringify(earlier).length > MAX_CHARS ? undefined : earlier;
}

/** What a turn shows that goes on in the message of an earlier answer. */
export function withEarlier(
  earlier: EarlierAnswer | undefined,
  reading: Reading | undefined,
): Reading | undefined {
  if (earlier === undefined) return reading;
  const now = reading ?? EMPTY_READING;
  const { tools, files, cost, tokens } = now;
  const others = earlier.files.filter(({ file }) => !files.some((one) => one.file === file));
  return {
    ...now,
    // The message shows more than a placeholder already.
    accepted: true,
    text: [earlier.text, now.text].filter((text) => text.trim()).join("\n\n---\n\n"),
    tools: [...earlier.tools, ...tools],
    files: [...others, ...files],
    cost: cost + (earlier.spent?.cost ?? 0),
    tokens: tokens + (earlier.spent?.tokens ?? 0),
  };
}
