import type { Language } from "../model/settings.ts";
import { terminalEn, type TerminalTexts } from "./terminal_en.ts";
import { terminalZh } from "./terminal_zh.ts";

export type { TerminalTexts };

/** The terminal's sentences in a language. */
export function terminalTexts(language: Language): TerminalTexts {
  return language === "zh" ? terminalZh : terminalEn;
}
