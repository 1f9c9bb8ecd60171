/** How many messages a text may have; a longer one becomes a file. */
const MAX_MESSAGES = 5;

/** Whether a text goes out in messages of so many characters. Otherwise it has to be a file. */
export function fitsMessages(
  text: string,
  maxLength: number,
  split: (markdown: string, max: number) => readonly string[],
): boolean {
  // A huge text is not split only to find that out.
  return text.length <= MAX_MESSAGES * maxLength && split(text, maxLength).length <= MAX_MESSAGES;
}
