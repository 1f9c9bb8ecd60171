import type { Language } from "../../model/settings.ts";
import { withPreference } from "../preferences.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";

/** What `/lang` takes, and the language that it stands for; `undefined` leaves it to the settings. */
const CHOICES: ReadonlyMap<string, Language | undefined> = new Map([
  ["zh", "zh"],
  ["chinese", "zh"],
  ["en", "en"],
  ["english", "en"],
  ["auto", undefined],
  ["default", undefined],
]);

/** The command about the language of a conversation. */
export const languageCommand: Commands = {
  lang: {
    usage: "/lang <language>",
    argumentPattern: new RegExp(`^(${[...CHOICES.keys()].join("|")})?$`, "i"),
    run: changeLanguage,
  },
};

/** Shows the language, or changes it; the answer is in the new one. */
function changeLanguage(
  { argument, conversation, texts, languages }: CommandRequest,
): CommandResult {
  const { preferences } = conversation.record;
  if (argument === "") {
    return {
      answer: `${texts.languageIs(preferences?.language === undefined)}\n${texts.howToLang}`,
    };
  }
  const chosen = CHOICES.get(argument.toLowerCase());
  const answer = languages.texts(chosen).languageIs(chosen === undefined);
  return { answer, update: withPreference("language", chosen) };
}
