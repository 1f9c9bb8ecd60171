/** The escape character. */
const ESC = String.fromCharCode(0x1b);
/** One character for `ESC [`. */
const CSI = String.fromCharCode(0x9b);

/**
 * The source of a pattern, for the flag `u`, of commands to a terminal: colours and cursor moves, titles and
 * links, character sets (ECMA-48 §5.4, §8.3; xterm's control sequences).
 */
export const ANSI: string =
  `(?:${ESC}\\[|${CSI})[0-9;:?<=>]*[ -/]*[@-~]|${ESC}\\][^\\p{Cc}]*(?:\\p{Cc}\\\\?)?|${ESC}[()][A-Z0-9]`;
