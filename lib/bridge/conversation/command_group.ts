import type { Place } from "../../model/place.ts";
import type { CommandGroup } from "../commands/command.ts";
import type { Services } from "../services.ts";

/** A group as the commands in it or in one of its topics see it. */
export function commandGroup(
  { chatId, chatType }: Place,
  { groups, conversationOf, chat }: Pick<Services, "groups" | "conversationOf" | "chat">,
): CommandGroup {
  const place = { chatId, chatType };
  return {
    get mode() {
      return groups.modeOf(chatId);
    },
    get reply() {
      return groups.replyOf(chatId);
    },
    get chosen() {
      return groups.chosen(chatId);
    },
    get hasContext() {
      return groups.hasContext(chatId);
    },
    save: async (update) => await (await conversationOf(place)).commit({ update }),
    lackingScope: async (signal) => {
      // The same permission is needed to read a group, so an attempt tells.
      try {
        await chat.history(place, { since: chat.clock.theirs(Date.now()) }, signal);
        return undefined;
      } catch (error) {
        return chat.missingScope(error, place);
      }
    },
  };
}
