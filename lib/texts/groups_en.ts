import type { GroupMode, GroupReply } from "../model/settings.ts";

const groupModes: Readonly<Record<GroupMode, string>> = {
  mention: "what mentions me",
  topic: "what mentions me, and all in topics that I am in",
  all: "everything but @all",
};

const groupReplies: Readonly<Record<GroupReply, string>> = {
  inline: "in the group",
  topic: "in a topic that it opens",
};

/** The sentences about what counts in a group, in English. */
export const groupsEn = {
  groupModes,
  groupReplies,
  groupNow: (what: string, isDefault: boolean) =>
    `In this group, this counts: ${what}${isDefault ? " (as the bridge's settings say)" : ""}.`,
  howToGroup:
    "`/group mention`, `topic` or `all` changes that for the whole group, `/group default` takes it " +
    "back. In a topic, what mentions only others is for them. `/group context off`: what was said " +
    "before a prompt does not go with it.",
  replyNow: (where: string, isDefault: boolean) =>
    `A request in this group is answered ${where}${
      isDefault ? " (as the bridge's settings say)" : ""
    }. \`/group reply inline\`, \`topic\` or \`default\` changes that.`,
  repliesInTopics:
    "Requests in this group run in topics of their own. Send what is about one into its topic.",
  contextOn:
    "In this group, the agent also reads what was said since the last prompt. `/group context off` ends that.",
  contextOff:
    "In this group, the agent does not read what was said before. `/group context on` changes that.",
  groupUnheard: "But I hear only what mentions me.",
  noGroup: "This is a direct chat: all that you write here is for me. Send `/group` in a group.",
};
