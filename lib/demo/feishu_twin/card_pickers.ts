import { array, isObject, object, string } from "../../base/json.ts";
import type { TwinMessage } from "./twin_message.ts";

/** A list of a card from which one option is chosen (Feishu docs: select_static). */
export interface CardPicker {
  readonly placeholder: string;
  readonly options: readonly { readonly label: string; readonly value: string }[];
  /** The value that a choice sends to the app beside that of the option. */
  readonly value: unknown;
  readonly disabled: boolean;
}

/** All lists of a message from top to bottom. */
export function cardPickers({ type, content }: TwinMessage): CardPicker[] {
  return type === "interactive" ? collect(object(content).body) : [];
}

/** What a list shows and sends. */
export function toPicker(part: Readonly<Record<string, unknown>>): CardPicker {
  const callback = array(part.behaviors).map(object).find(({ type }) => type === "callback");
  return {
    placeholder: string(object(part.placeholder).content) ?? "",
    options: array(part.options).map(object).map(({ text, value }) => ({
      label: string(object(text).content) ?? "",
      value: String(value),
    })),
    value: callback?.value ?? {},
    disabled: part.disabled === true,
  };
}

function collect(part: unknown): CardPicker[] {
  if (Array.isArray(part)) return array(part).flatMap(collect);
  if (!isObject(part)) return [];
  return part.tag === "select_static" ? [toPicker(part)] : Object.values(part).flatMap(collect);
}
