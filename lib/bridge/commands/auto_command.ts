import { timeOfDay } from "../../base/time/time_of_day.ts";
import { targetOf } from "../../model/message.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { isBroad } from "./paths.ts";
import { picker } from "./picker.ts";

/** The command that lets edits and reads through for a while. */
export const autoCommand: Commands = {
  auto: {
    usage: "/auto <time>",
    argumentPattern: /^(off|\d{1,3}\s?(m|min|h))?$/i,
    isOrdered: true,
    hasPicker: true,
    run: auto,
  },
};

/** The longest time, in milliseconds. */
const MAX_MS = 8 * 3_600_000;

async function auto(request: CommandRequest): Promise<CommandResult> {
  const { message, conversation, settings, texts } = request;
  const { directory, auto } = conversation.record;
  const argument = request.argument.toLowerCase();
  if (!settings.ownsAgent) return { answer: texts.autoElsewhere };
  if (argument === "off") {
    return { answer: texts.autoOff, update: ({ auto: _, ...record }) => record };
  }
  if (argument === "") {
    const isOn = auto !== undefined && auto.until > Date.now() && auto.directory === directory;
    const now = isOn
      ? texts.autoOn(
        auto.until - Date.now(),
        timeOfDay(auto.until),
        auto.by === message.sender ? "" : auto.by,
      )
      : texts.autoOff;
    const options = ["15m", "30m", "2h", "8h", "off"].map((value) => ({ label: value, value }));
    const pickers = picker(request, "auto", texts.pick, options);
    return { answer: [{ status: "plain", text: `${now}\n\n${texts.howToAuto}`, pickers }] };
  }
  const ms = parseInt(argument) * (argument.endsWith("h") ? 3_600_000 : 60_000);
  if (ms === 0 || ms > MAX_MS) return { answer: texts.autoTooLong };
  if (await isBroad(directory)) return { answer: texts.autoBroad(directory) };
  // From when it was sent: a command that runs again after a crash does not begin anew.
  const until = message.receivedAt + ms;
  return {
    answer: texts.autoOn(Math.max(until - Date.now(), 0), timeOfDay(until), ""),
    update: (record) => ({
      ...record,
      auto: { until, by: message.sender, directory, target: targetOf(message) },
    }),
  };
}
