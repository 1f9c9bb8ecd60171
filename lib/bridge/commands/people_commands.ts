import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { fromList } from "./from_list.ts";

/** Commands about who may use the bot. */
export const peopleCommands: Commands = {
  users: { usage: "/users", argumentPattern: /^(remove(\s+\S+)?)?$/i, run: users },
};

/** Lists the people who may use the bot, or removes one. Only for the first of them. */
async function users(
  { argument, message, admission, conversation, texts }: CommandRequest,
): Promise<CommandResult> {
  const { people, pairing } = admission;
  if (people === undefined) return { answer: texts.everyoneMayUse };
  if (!admission.isFirst(message.sender)) return { answer: texts.onlyTheFirst };
  const [, wanted] = argument.split(/\s+/);
  if (wanted === undefined) {
    const lines = people.map(({ openId, since }, i) =>
      `${i + 1}. ${texts.userLine(openId, since ? Date.now() - since : 0)}`
    );
    return {
      answer: [...lines, "", pairing ? texts.howToRemove : texts.listInSettings].join("\n"),
      // A number means the person listed here, even when the command runs again after a crash.
      update: (record) => ({ ...record, people: people.map(({ openId }) => openId) }),
    };
  }
  if (!pairing) return { answer: texts.listInSettings };
  const { people: listed = [] } = conversation.record;
  const openId = fromList(wanted, listed);
  const known = [...listed, ...people.map((one) => one.openId)];
  if (openId === undefined || !known.includes(openId)) return { answer: texts.noSuchUser(wanted) };
  if (openId === message.sender) return { answer: texts.notYourself };
  await admission.remove(openId);
  return { answer: texts.userRemoved(openId) };
}
