import { newId } from "../../base/ids.ts";
import type { PickerView } from "../../model/view.ts";
import type { CommandRequest } from "./command.ts";

/** How many options a list has at most: a card may have so many elements. */
const MAX_OPTIONS = 100;
/** How many bytes their labels and values have together at most, as a card may have only so many. */
const MAX_BYTES = 10_000;

/** An option of a {@linkcode picker}. */
export type Option = PickerView["options"][number];

/**
 * A list whose choice stands behind a command, with as many of the options as a card takes.
 *
 * @param command The name of the command.
 * @returns No list if there is nothing to choose.
 */
export function picker(
  { conversation, message }: Pick<CommandRequest, "conversation" | "message">,
  command: string,
  placeholder: string,
  options: readonly Option[],
): readonly PickerView[] {
  const shown = fitting(options);
  if (shown.length === 0) return [];
  const offer = { conversation: conversation.record.key, offer: newId(), owner: message.sender };
  return [{ placeholder, options: shown, value: { ...offer, command, argument: "" } }];
}

/**
 * A list of what a preference can be, and of what leaves it to the bridge's settings.
 *
 * @param labels By the values that the command takes.
 * @param unset What the command takes for that.
 */
export function preferencePicker(
  request: Pick<CommandRequest, "conversation" | "message" | "texts">,
  command: string,
  labels: Readonly<Record<string, string>>,
  unset = "default",
): readonly PickerView[] {
  const { pick, asBridge } = request.texts;
  const options = Object.entries({ ...labels, [unset]: asBridge });
  return picker(request, command, pick, options.map(([value, label]) => ({ label, value })));
}

/** The first options that a card takes, each value once. */
export function fitting(options: readonly Option[]): readonly Option[] {
  const known = new Set<string>();
  let room = MAX_BYTES;
  return options.filter(({ label, value }) => {
    if (known.has(value) || known.size >= MAX_OPTIONS) return false;
    room -= new TextEncoder().encode(label + value).length;
    if (room < 0) return false;
    known.add(value);
    return true;
  });
}
