import { withPreference } from "../places/preferences.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { picker } from "./picker.ts";

/** The command that shows or hides the agent's reasoning. */
export const thinkCommand: Commands = {
  think: {
    usage: "/think <state>",
    argumentPattern: /^(on|off)?$/i,
    isOrdered: true,
    hasPicker: true,
    current: ({ conversation }) => conversation.record.preferences?.think,
    run: think,
  },
};

function think(request: CommandRequest): CommandResult {
  const { conversation, texts } = request;
  const argument = request.argument.toLowerCase();
  if (argument !== "") {
    const isShown = argument === "on";
    return {
      answer: texts.thinkNow(isShown),
      update: withPreference("think", isShown ? undefined : "off"),
    };
  }
  const now = texts.thinkNow(conversation.record.preferences?.think !== "off");
  const options = ["on", "off"].map((value) => ({ label: value, value }));
  const pickers = picker(request, "think", texts.pick, options);
  return { answer: [{ status: "plain", text: `${now}\n\n${texts.howToThink}`, pickers }] };
}
