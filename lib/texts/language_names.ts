import type { Language } from "../model/settings.ts";

/** Each language by its own name, which its speakers read whatever language the chat has now. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { zh: "中文", en: "English" };
