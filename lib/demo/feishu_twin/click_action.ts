import type { JsonObject } from "../../base/json.ts";
import { cardPickers } from "./card_pickers.ts";
import { messageButtons } from "./message_text.ts";
import type { ClickOptions } from "./twin_options.ts";
import type { TwinMessage } from "./twin_message.ts";

/**
 * The `action` of the callback for a click (Feishu docs: card callback).
 *
 * @throws {Error} When there is no such button or option, or it is disabled.
 */
export function clickAction(message: TwinMessage, options: ClickOptions): JsonObject {
  const { label, pick, value, action } = options;
  if (pick !== undefined) return { ...picked(message, pick), ...action };
  const button = label === undefined
    ? undefined
    : messageButtons(message).find((button) => button.label === label);
  if (label !== undefined && button === undefined) throw new Error(`There is no button ${label}.`);
  if (button?.disabled) throw new Error(`The button ${button.label} is disabled.`);
  return {
    value: value ?? button?.value ?? {},
    tag: "button",
    timezone: "UTC",
    ...(button?.name === undefined ? {} : { name: button.name }),
    ...action,
  };
}

/** A choice from a list: its value, and that of the option as `option`. */
function picked(message: TwinMessage, label: string): JsonObject {
  for (const { options, value, disabled } of cardPickers(message)) {
    const option = options.find((one) => one.label === label);
    if (option === undefined) continue;
    if (disabled) throw new Error(`The list with ${label} is disabled.`);
    return { value, tag: "select_static", option: option.value, timezone: "UTC" };
  }
  throw new Error(`There is no option ${label}.`);
}
