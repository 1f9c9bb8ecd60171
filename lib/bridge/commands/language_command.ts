import type { Language } from "../../model/settings.ts";
import { LANGUAGE_NAMES } from "../../texts/language_names.ts";
import { withPreference } from "../places/preferences.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { preferencePicker } from "./picker.ts";

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
    const pickers = preferencePicker(request, "lang", LANGUAGE_NAMES, "auto");
    return { answer: [{ status: "plain", text, pickers }] };
  }
  const chosen = CHOICES.get(argument.toLowerCase());
  // Stored first: the texts follow it. What was sent before stays as it was read: to redraw each open card would
  // cost a call of the month for each, and answers are understood in both languages whatever the card says.
  await conversation.save(withPreference("language", chosen));
  return { answer: texts.languageIs(chosen === undefined) };
}
