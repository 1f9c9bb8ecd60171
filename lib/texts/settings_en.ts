import type { Rendering } from "../model/settings.ts";

const renderings: Readonly<Record<Rendering, string>> = {
  card: "cards",
  post: "rich text",
  text: "plain text",
};

/** The sentences about what a conversation is set to, in English. */
export const settingsEn = {
  settingsHere: "Set in this chat or topic (–: as the bridge and opencode have it):",
  settingsOfBridge: "Settings of the bridge, which are changed on its computer",
  howToSet: "`/settings notify always` changes one of them, like `/notify always`.",
  asBridge: "as the bridge's settings say",
  thinkNow: (isShown: boolean): string =>
    isShown ? "The model's reasoning is shown here." : "The model's reasoning is not shown here.",
  howToThink:
    "`/think on` shows it, `/think off` hides it. It does not change how the model thinks: " +
    "`/effort` does that.",
  renderings,
  renderNow: (form: string | undefined) =>
    `Messages here come as ${form ?? "the bridge's settings say"}.`,
  howToRender:
    "`/render card`, `post` or `text` changes that here, `/render default` takes it back. Only " +
    "cards have buttons.",
};
