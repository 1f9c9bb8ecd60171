import { newId } from "../../base/ids.ts";
import type { ButtonView } from "../../model/view.ts";
import type { CommandRequest } from "./command.ts";

type Style = NonNullable<ButtonView["style"]>;

/** A button for a command: what stands on it, the command and its argument. */
export type CommandButton = readonly [
  label: string,
  command: string,
  argument: string,
  style?: Style,
];

/** Buttons that send commands. The first press of one of them counts. */
export function commandButtons(
  { conversation, message }: Pick<CommandRequest, "conversation" | "message">,
  buttons: readonly CommandButton[],
): readonly ButtonView[] {
  const offer = { conversation: conversation.record.key, offer: newId(), owner: message.sender };
  return buttons.map(([label, command, argument, style]) => ({
    label,
    value: { ...offer, command, argument },
    ...(style && { style }),
  }));
}
