/** The sentences about the language of a conversation, in English. */
export const languageEn = {
  languageIs: (isOfSettings: boolean) =>
    `This chat is in English${isOfSettings ? ", as the bridge's settings have it" : ""}.`,
  howToLang: "`/lang zh` makes it Chinese, `/lang auto` leaves it to the settings.",
};
