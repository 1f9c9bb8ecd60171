import { type Language, LANGUAGES } from "../../model/settings.ts";
import { LANGUAGE_NAMES } from "../../texts/language_names.ts";
import { withPreference } from "../preferences.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { picker } from "./picker.ts";

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
    hasPicker: true,
    current: ({ conversation }) => conversation.record.preferences?.language,
    run: changeLanguage,
  },
};

/** Shows the language and offers the others, or changes it; the answer is in the new one. */
async function changeLanguage(request: CommandRequest): Promise<CommandResult> {
  const { argument, conversation, texts } = request;
  if (argument === "") {
    const isOfSettings = conversation.record.preferences?.language === undefined;
    const text = `${texts.languageIs(isOfSettings)}\n${texts.howToLang}`;
    const options = [
      ...LANGUAGES.map((value) => ({ label: LANGUAGE_NAMES[value], value })),
      { label: texts.languageOfSettings, value: "auto" },
    ];
    const pickers = picker(request, "lang", texts.pick, options);
    return { answer: [{ status: "plain", text, pickers }] };
  }
  const chosen = CHOICES.get(argument.toLowerCase());
  // Stored first: the texts follow it.
  await conversation.save(withPreference("language", chosen));
  return { answer: texts.languageIs(chosen === undefined) };
}
