/** The sentences about naming, copying and publishing sessions. */
export type SessionTexts = typeof sessionsEn;

/** The sentences about naming, copying and publishing sessions, in English. */
export const sessionsEn = {
  howToRewind: "`/rewind` and a number goes back to before that prompt, with its changes to files.",
  rewound: (what: string) => `Everything since “${what}” is undone, that prompt too.`,
  noSuchPrompt: (name: string) => `There is no prompt ${name} to go back to. /rewind lists them.`,
  howToRename: (title: string) =>
    `This session is called “${title}”. \`/rename\` and a name changes that.`,
  renamed: (title: string) => `This session is called “${title}” now.`,
  forked: (title: string, before: string) =>
    `Going on in a copy: “${title}”. \`/resume ${before}\` goes back; what you do here changes nothing there.`,
  exportedPrompt: (time: string) => `Prompt, ${time}`,
  exportedAnswer: (model: string) => `Answer${model === "" ? "" : `, ${model}`}`,
  cannotShare:
    "opencode 2 does not publish sessions. /export sends this one as a file, which you can pass on.",
  shareTitle: "Publish this session?",
  shareQuestion: (title: string) =>
    `“${title}” would be uploaded to opencode's server, with all its prompts, answers and outputs of tools, ` +
    "and what is added later. Everybody who has the link can read it.",
  shareYes: "Publish",
  shareNo: "Keep it here",
  notPublished: "Not published.",
  isShared: (address: string) => `Published: ${address} (/unshare takes it back)`,
  isNotShared: "This session is not published.",
  unshared: "This session is not published any more.",
  noModelYet: "No model is chosen yet. Send a message first, or choose one with /model.",
  noEfforts: (model: string) => `${model} has no levels of effort to choose from.`,
  here: (command: string) =>
    `To go on in opencode's own terminal UI, on the bridge's computer:\n${command}\nYou can go on here at any time.`,
};
