import { type Config, language } from "../config.ts";
import type { Language } from "../model/settings.ts";

/**
 * The language of what the commands print: that of `BRIDGE_LANG`, otherwise that of the terminal, otherwise
 * that of the chat. A terminal with the language `C` has none.
 */
export function terminalLanguage(config: Pick<Config, "lang" | "domain">): Language {
  return config.lang === "auto" ? localeLanguage() ?? language(config) : config.lang;
}

/** The language of the terminal (POSIX.1, section 8.2). */
export function localeLanguage(): Language | undefined {
  const names = ["LC_ALL", "LC_MESSAGES", "LANG"];
  const locale = names.map((name) => Deno.env.get(name)).find((value) => value) ?? "";
  if (/^zh\b|^zh_/i.test(locale)) return "zh";
  return /^[a-z]{2,3}(?:[_.@-]|$)/i.test(locale) ? "en" : undefined;
}
