import type { SeenMachine } from "../../model/machine.ts";
import type { ButtonView } from "../../model/view.ts";
import { findMachine } from "../machines/find_machine.ts";
import type { Texts } from "../../texts/texts.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { commandButtons } from "./command_buttons.ts";

/** Commands about the machines that share the bot. */
export const machineCommands: Commands = {
  machines: { usage: "/machines", run: list },
  on: { usage: "/on <machine>", argumentPattern: /^\S*$/, isOrdered: true, run: move },
};

/** How many buttons a card has for machines at most. */
const MAX_BUTTONS = 5;

/** Lists the machines: whether they are there, what runs on them and where. */
function list(request: CommandRequest): CommandResult {
  const { machines, texts } = request;
  if (machines === undefined) return { answer: texts.oneMachine };
  const lines = machines.all.map((machine) => {
    const { name, running, opencode, directories, version, presence, isSelf } = machine;
    const facts = [
      `**${name}**`,
      isSelf && texts.thisChat,
      state(machine, texts),
      running > 0 && presence === "up" && texts.machineRuns(running),
      opencode && `opencode ${opencode}`,
      version,
      directories.map((path) => `\`${path.replaceAll("`", "ˋ")}\``).join(" "),
    ];
    return `- ${facts.filter((fact) => fact).join(" · ")}`;
  });
  const text = [...lines, "", texts.howToMove].join("\n");
  return { answer: [{ status: "plain", text, buttons: buttons(request, machines.all) }] };
}

function state({ presence, isStopped, silentMs }: SeenMachine, texts: Texts): string {
  if (presence === "up") return texts.machineIsUp;
  if (isStopped) return texts.machineIsStopped(silentMs);
  return presence === "away" ? texts.machineIsAway(silentMs) : texts.machineIsSilent(silentMs);
}

/** A button for each machine to which the conversation can go. */
function buttons(
  request: CommandRequest,
  machines: readonly SeenMachine[],
): readonly ButtonView[] {
  const others = machines.filter(({ presence, isSelf }) => presence === "up" && !isSelf)
    .slice(0, MAX_BUTTONS);
  return commandButtons(
    request,
    others.map(({ name }) => [request.texts.moveTo(name), "on", name]),
  );
}

/** Moves the conversation to another machine, once the turn has ended that runs. */
function move(request: CommandRequest): CommandResult {
  const { argument, conversation, machines, texts } = request;
  if (machines === undefined || argument === "") return list(request);
  const found = findMachine(argument, machines.all);
  if (found === undefined) return { answer: texts.noSuchMachine(argument) };
  const { name, isSelf, presence, cwd } = found;
  const { record, turns } = conversation;
  if (isSelf) {
    return {
      answer: texts.hereAlready(name),
      ...(record.moving !== undefined && { update: ({ moving: _, ...record }) => record }),
    };
  }
  if (presence !== "up") return { answer: texts.machineNotUp(name) };
  const isBusy = turns.some(({ isWaiting }) => !isWaiting);
  const directory = record.elsewhere?.[name]?.directory ?? cwd;
  const lines = [
    isBusy ? texts.movesAfter(name) : texts.movesTo(name, directory),
    record.auto && texts.autoOver,
  ];
  return {
    answer: lines.filter((line) => line).join("\n"),
    update: ({ auto: _, ...record }) => ({ ...record, moving: name }),
  };
}
