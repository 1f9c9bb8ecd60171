import type { languageEn } from "./language_en.ts";

/** The sentences about the language of a conversation, in Chinese. */
export const languageZh: typeof languageEn = {
  languageIs: (isOfSettings) => `这里使用中文${isOfSettings ? "（按桥接程序的设置）" : ""}。`,
  howToLang: "发送 `/lang en` 可切换为英文，`/lang auto` 则按桥接程序的设置。",
};
