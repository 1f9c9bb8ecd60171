import { en } from "./en.ts";
import { zh } from "./zh.ts";

/** Every sentence that a person reads in the chat. Short, and saying what to do next. */
export type Texts = typeof en;

/** The sentences in a language. */
export function texts(language: "zh" | "en"): Texts {
  return language === "zh" ? zh : en;
}
