// The escape character, and the one that stands for it and its bracket.
const ESC = String.fromCharCode(0x1b);
const CSI = String.fromCharCode(0x9b);
/** Commands of terminals: colours and cursor moves, titles and links, character sets. */
const ANSI = new RegExp(
  `(?:${ESC}\\[|${CSI})[0-9;:?<=>]*[ -/]*[@-~]|${ESC}\\][^\\p{Cc}]*(?:\\p{Cc}\\\\?)?|${ESC}[()][A-Z0-9]`,
  "gu",
);
const CONTROL = /(?![\n\t])\p{Cc}/gu;
/** They turn around what follows them, beyond the text that they came with. */
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/g;

/** Text without terminal escapes, control characters, and halves of surrogate pairs. */
export function plainText(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n").replace(ANSI, "").replace(CONTROL, "")
    .replace(DIRECTIONS, "").toWellFormed();
}

/** The first `max` characters of a text without its line breaks. */
export function oneLine(text: string, max: number): string {
  // What follows so much later cannot be among them.
  const flat = plainText(text.slice(0, max * 10)).replaceAll(/\s+/g, " ").trim();
  return flat.length > max ? `${flat.slice(0, max - 1).toWellFormed()}…` : flat;
}
