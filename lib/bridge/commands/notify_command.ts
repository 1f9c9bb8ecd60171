import { NOTIFY_WHEN } from "../../model/settings.ts";
import { withPreference } from "../places/preferences.ts";
import { notifyWhen } from "../turn/ping.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { preferencePicker } from "./picker.ts";

/** The command about the message that announces the end of a turn. */
export const notifyCommand: Commands = {
  notify: {
    usage: "/notify <when>",
    argumentPattern: new RegExp(
      `^(${[...NOTIFY_WHEN, "default", "once", "buzz"].join("|")})?$`,
      "i",
    ),
    // What runs may be what was sent just before.
    isOrdered: true,
    hasPicker: true,
    current: ({ conversation }) => conversation.record.preferences?.notify,
    run: notify,
  },
};

/** Shows or sets when the end of a turn is announced, or has that of the running one announced. */
async function notify(request: CommandRequest): Promise<CommandResult> {
  const { argument, message, conversation, settings, texts } = request;
  const word = argument.toLowerCase();
  if (word === "once" || word === "buzz") {
    const turn = message.pressed?.turn;
    const isAwaited = await conversation.awaitEnd(message.sender, {
      turn,
      isBuzz: word === "buzz",
    });
    // A button has said it already.
    return turn ? {} : { answer: isAwaited ? texts.notifiedOnce : texts.nothingRuns };
  }
  const { record } = conversation;
  const chosen = NOTIFY_WHEN.find((when) => when === word);
  const update = word === "" ? undefined : withPreference("notify", chosen);
  const next = update?.(record) ?? record;
  const when = texts.notifyWhen[notifyWhen(next, settings)];
  const now = texts.notifyNow(when, next.preferences?.notify === undefined);
  if (update) return { answer: now, update };
  const pickers = preferencePicker(request, "notify", texts.notifyWhen);
  return { answer: [{ status: "plain", text: `${now}\n\n${texts.howToNotify}`, pickers }] };
}
