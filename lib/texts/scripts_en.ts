import { duration } from "../base/time/duration.ts";

/** What `send`, `ask` and `chats` say on the terminal, in English. */
export const scriptsEn = {
  scriptNoBridge: "No bridge runs, so nothing was done: start it first, or name its --state-dir",
  scriptAway: "The bridge has gone. Waiting until it is back…",
  scriptLost:
    "The bridge has gone, and may have the request. Repeat it with the same --id: then it acts once",
  scriptSilent: (why: string) =>
    `The bridge runs, but nothing was done, as its socket does not answer (${why}): see logs`,
  chatAmbiguous: (n: number) => `${n} chats have that name. Say which, by its id:`,
  chatUnknown: (nearest?: string) =>
    `No chat has that name or id${
      nearest === undefined ? "" : `; did you mean ${nearest}?`
    } (chats lists them; a person's is there once they have written to the bot)`,
  chatUnnamed: "(no name)",
  chatKinds: { direct: "person", group: "group", topic: "topic" },
  noChats: "No chats yet: write to the bot first, or add it to a group",
  namesMissing: (scopes: string) =>
    `Names are missing, because the app lacks ${scopes}: add that in the developer console, or use ids`,
  /** Why a request was refused. */
  scriptRefused: {
    "other id": () => "This --id was used for something else: take another one",
    "nobody": () => "Nobody in that chat may use the bot, so nobody could answer the agent",
    "no topic": () => "There is no message in that topic that could be replied to",
    "no room": () =>
      "There is no room for the file: free up space, or set BRIDGE_KEEP_FILES_MB to more",
    "no answer": () => "The answer is not kept any more: it is in the chat",
    "failed": (why: string) => `The bridge could not do it: ${why}`,
  },
  accepted: (chat: string) => `accepted for ${chat}`,
  acceptedBefore: (chat: string) => `accepted before for ${chat}: nothing was sent again`,
  textEmpty: "The text is empty",
  textBinary: "Standard input is not UTF-8 text: use send --file",
  textTooLong: (mb: number) => `The text has more than ${mb} MB: use send --file`,
  fileUnreadable: (path: string) => `Cannot read the file ${path}`,
  fileEmpty: (path: string) => `${path} is empty, and Feishu takes no empty files`,
  fileTooLarge: (path: string, mb: number) =>
    `${path} has more than ${mb} MB, the most that Feishu takes`,
  chatIsAsked: (title: string) => `The agent asks in the chat: ${title}. Waiting for the answer…`,
  askTimedOut: (ms: number, id: string) =>
    `No answer after ${
      duration(ms)
    }. The turn goes on in the chat; ask again with --id ${id} and the ` +
    "same text to wait for it",
  askInterrupted: (id: string) =>
    `The turn goes on in the chat, where it can be stopped; ask again with --id ${id} and the same text ` +
    "to wait for it",
  askCancelled: "The turn was cancelled in the chat",
  askUnanswered: "The turn ended because nobody answered what the agent asked",
  askFailed: "The turn failed: the chat says why",
  askBroken:
    "The turn was interrupted, as opencode has ended: /continue in the chat goes on with it",
};
