import { GROUP_MODES } from "../../model/settings.ts";
import { withPreference } from "../places/preferences.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { preferencePicker } from "./picker.ts";

/** The command about what counts in a group. */
export const groupCommand: Commands = {
  group: {
    usage: "/group <mode>",
    argumentPattern: new RegExp(
      `^(${[...GROUP_MODES, "default"].join("|")}|context(\\s+(on|off))?)?$`,
      "i",
    ),
    hasPicker: true,
    current: ({ conversation: { group } }) =>
      [group?.chosen, group?.hasContext === false && "context off"].filter(Boolean).join(", ") ||
      undefined,
    run: changeGroup,
  },
};

/** Shows what counts in the group and offers the others, or changes it, also from a topic in it. */
async function changeGroup(request: CommandRequest): Promise<CommandResult> {
  const { argument, conversation, texts, signal } = request;
  const { group } = conversation;
  if (group === undefined) return { answer: texts.noGroup };
  const [word, context] = argument.toLowerCase().split(/\s+/);
  if (word === "context") {
    const value = context === "off" ? "off" : undefined;
    if (context !== undefined) await group.save(withPreference("context", value));
    return { answer: group.hasContext ? texts.contextOn : texts.contextOff };
  }
  const chosen = GROUP_MODES.find((one) => one === word);
  // Stored first: the answer says what counts afterwards.
  if (argument !== "") await group.save(withPreference("group", chosen));
  const lines = [texts.groupNow(texts.groupModes[group.mode], group.chosen === undefined)];
  const scope = group.mode === "mention" ? undefined : await group.lackingScope(signal);
  if (scope !== undefined) lines.push(`${texts.groupUnheard} ${texts.lacksScope(scope)}`);
  if (argument !== "") return { answer: lines.join("\n\n") };
  const pickers = preferencePicker(request, "group", texts.groupModes);
  const text = [...lines, texts.howToGroup].join("\n\n");
  return { answer: [{ status: "plain", text, pickers }] };
}
