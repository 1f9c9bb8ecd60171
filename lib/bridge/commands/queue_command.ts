import { redact } from "../../base/secrets/redact.ts";
import { summaryLine } from "../../base/text.ts";
import type { ButtonView, View } from "../../model/view.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Steered } from "../turn/steering.ts";
import type { CommandRequest, CommandResult, Commands, TurnSummary } from "./command.ts";
import { type CommandButton, commandButtons } from "./command_buttons.ts";
import { fromList } from "./from_list.ts";

/** The command that shows what waits, takes it out, or has it go into the running turn. */
export const queueCommand: Commands = {
  queue: { usage: "/queue", argumentPattern: /^((now|remove)(\s+\S+)?)?$/i, run: queue },
};

/** How many turns that wait have buttons; there is a text for all. */
const MAX_BUTTONS = 8;

async function queue(request: CommandRequest): Promise<CommandResult> {
  const { argument, message, conversation, texts } = request;
  const { turns } = conversation;
  const waiting = turns.filter(({ isWaiting }) => isWaiting);
  const [action = "", name] = argument.toLowerCase().split(/\s+/);
  if (action === "") return list(request, waiting);
  const turn = message.pressed?.turn;
  const id = turn ?? idOf(argument.split(/\s+/)[1], request, waiting);
  const meant = waiting.find((one) => one.id === id);
  // The message of a turn says itself what became of it.
  if (meant === undefined && turn !== undefined) return {};
  if (meant === undefined) return list(request, waiting, name && texts.notWaiting(name));
  const rest = waiting.filter((one) => one !== meant);
  if (action === "remove") {
    const cancel = { turn: meant.id };
    if (turn !== undefined) return { cancel };
    return { ...list(request, rest, texts.takenOut(lineOf(meant))), cancel };
  }
  const steered = await conversation.steer(meant.id);
  const line = steeredLine(steered, texts);
  if (turn === undefined) return list(request, steered === "steers" ? rest : waiting, line);
  return steered === "steers" ? {} : { answer: line };
}

function steeredLine(steered: Steered, texts: Texts): string {
  switch (steered) {
    case "steers":
      return texts.steering;
    case "not waiting":
      return texts.notWaiting("");
    case "nothing runs":
      return texts.nothingRuns;
    case "refused":
      return texts.cannotSteer;
  }
}

/** The turn that a number in the list means, or an id. */
function idOf(
  name: string | undefined,
  { conversation }: CommandRequest,
  waiting: readonly TurnSummary[],
): string | undefined {
  const listed = conversation.record.queued ?? waiting.map(({ id }) => id);
  if (name === undefined) return waiting.length === 1 ? waiting[0]?.id : undefined;
  return fromList(name, listed);
}

/** What waits, numbered; the numbers are remembered, as the queue moves on meanwhile. */
function list(
  request: CommandRequest,
  waiting: readonly TurnSummary[],
  head?: string,
): CommandResult {
  const { conversation: { record }, texts } = request;
  const ids = waiting.map(({ id }) => id);
  const who = ({ sender }: TurnSummary) => record.chatType === "group" ? ` (\`${sender}\`)` : "";
  const lines = waiting.map((one, i) => `${i + 1}. ${lineOf(one)}${who(one)}`);
  const text = [
    ...(head === undefined ? [] : [head]),
    ...(waiting.length === 0 ? [texts.queueEmpty] : [lines.join("\n"), texts.howToQueue]),
  ].join("\n\n");
  const view: View = { status: "plain", text, buttons: buttons(request, waiting) };
  return { answer: [view], update: (record) => ({ ...record, queued: ids }) };
}

function buttons(
  request: CommandRequest,
  waiting: readonly TurnSummary[],
): readonly ButtonView[] {
  const { texts } = request;
  const buttons = waiting.slice(0, MAX_BUTTONS).flatMap(({ id }, i): CommandButton[] => [
    [`${i + 1} ${texts.now}`, "queue", `now ${id}`],
    [`${i + 1} ${texts.remove}`, "queue", `remove ${id}`],
  ]);
  return commandButtons(request, buttons);
}

/** How many characters of a prompt are shown. */
const LINE_CHARS = 80;

function lineOf({ text }: TurnSummary): string {
  return redact(summaryLine(text, LINE_CHARS));
}
