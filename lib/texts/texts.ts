import type { Language } from "../model/settings.ts";
import { en, type Texts } from "./en.ts";
import { zh } from "./zh.ts";

export type { Texts };

/** The chat's sentences in a language. */
export function texts(language: Language): Texts {
  return language === "zh" ? zh : en;
}
