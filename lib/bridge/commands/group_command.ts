import { GROUP_MODES, GROUP_REPLIES } from "../../model/settings.ts";
import { withPreference } from "../places/preferences.ts";
import type { Texts } from "../../texts/texts.ts";
import type { CommandGroup, CommandRequest, CommandResult, Commands } from "./command.ts";
import { preferencePicker } from "./picker.ts";

/** The command about what counts in a group. */
export const groupCommand: Commands = {
  group: {
    usage: "/group <mode>",
    argumentPattern: new RegExp(
      `^(${[...GROUP_MODES, "default"].join("|")}|context(\\s+(on|off))?|` +
        `reply(\\s+(${[...GROUP_REPLIES, "default"].join("|")}))?)?$`,
      "i",
    ),
    hasPicker: true,
    current: ({ conversation: { group } }) =>
      [
        group?.chosen.group,
        group?.chosen.reply && `reply ${group.chosen.reply}`,
        group?.hasContext === false && "context off",
      ].filter(Boolean).join(", ") || undefined,
    run: changeGroup,
  },
};

/** Shows what counts in the group and offers the others, or changes it, also from a topic in it. */
async function changeGroup(request: CommandRequest): Promise<CommandResult> {
  const { argument, conversation, texts, signal } = request;
  const { group } = conversation;
  if (group === undefined) return { answer: texts.noGroup };
  const [word, value] = argument.toLowerCase().split(/\s+/);
  if (word === "context") {
    const context = value === "off" ? value : undefined;
    if (value !== undefined) await group.save(withPreference("context", context));
    return { answer: group.hasContext ? texts.contextOn : texts.contextOff };
  }
  if (word === "reply") {
    const reply = GROUP_REPLIES.find((one) => one === value);
    if (value !== undefined) await group.save(withPreference("reply", reply));
    return { answer: replyNow(group, texts) };
  }
  const chosen = GROUP_MODES.find((one) => one === word);
  // Stored first: the answer says what counts afterwards.
  if (argument !== "") await group.save(withPreference("group", chosen));
  const isDefault = group.chosen.group === undefined;
  const lines = [texts.groupNow(texts.groupModes[group.mode], isDefault)];
  const scope = group.mode === "mention" ? undefined : await group.lackingScope(signal);
  if (scope !== undefined) lines.push(`${texts.groupUnheard} ${texts.lacksScope(scope)}`);
  if (argument !== "") return { answer: lines.join("\n\n") };
  const replies = Object.entries(texts.groupReplies).map(([value, label]) =>
    [`reply ${value}`, label] as const
  );
  const pickers = [
    ...preferencePicker(request, "group", texts.groupModes),
    ...preferencePicker(request, "group", Object.fromEntries(replies), "reply default"),
  ];
  const text = [...lines, replyNow(group, texts), texts.howToGroup].join("\n\n");
  return { answer: [{ status: "plain", text, pickers }] };
}

/** Says where requests in the group are answered. */
function replyNow({ reply, chosen }: CommandGroup, texts: Texts): string {
  return texts.replyNow(texts.groupReplies[reply], chosen.reply === undefined);
}
