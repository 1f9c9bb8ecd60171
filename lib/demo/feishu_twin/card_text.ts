import { asArray, asObject, asString, isObject } from "./json.ts";
import type { TwinMessage } from "./messages.ts";

/** A button of a card as a reader sees it. */
export interface CardButton {
  readonly label: string;
  /** What a click on it sends back. */
  readonly value: unknown;
  readonly disabled: boolean;
  /** `default`, `primary`, `danger`, … */
  readonly style: string;
  readonly name?: string;
}

/** A piece of a message as a reader sees it. */
export type MessageBlock =
  | { readonly kind: "title"; readonly text: string; readonly colour: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "panel"; readonly text: string; readonly open: boolean }
  | { readonly kind: "button"; readonly button: CardButton };

/**
 * The text a reader would see of a message: cards with their title, panels and button labels, one
 * block a line.
 */
export function plain(message: TwinMessage): string {
  return messageBlocks(message)
    .map((block) => block.kind === "button" ? `[${block.button.label}]` : block.text)
    .join("\n");
}

/** The blocks of a message from top to bottom. */
export function messageBlocks(message: TwinMessage): MessageBlock[] {
  const content = asObject(message.content);
  switch (message.type) {
    case "interactive":
      return cardBlocks(content);
    case "text":
      return [{ kind: "text", text: withNames(asString(content.text) ?? "", message) }];
    case "post":
      return [{ kind: "text", text: postText(content) }];
    default:
      return [{ kind: "text", text: `[${message.type}] ${asString(content.file_name) ?? ""}` }];
  }
}

function withNames(text: string, message: TwinMessage): string {
  let named = text;
  for (const { key, name } of message.mentions) named = named.replaceAll(key, `@${name}`);
  return named;
}

function postText(content: Readonly<Record<string, unknown>>): string {
  const bodies = "content" in content ? [content] : Object.values(content);
  const body = asObject(bodies[0]);
  const lines = asArray(body.content).map((line) =>
    asArray(line).map((item) => {
      const { tag, text, user_name: name, language } = asObject(item);
      if (tag === "at") return `@${name ?? asObject(item).user_id}`;
      if (tag === "img") return "[image]";
      if (tag === "hr") return "---";
      if (tag === "code_block") return `\`\`\`${language ?? ""}\n${text}\n\`\`\``;
      return asString(text) ?? "";
    }).join("")
  );
  const title = asString(body.title) ?? "";
  return (title === "" ? lines : [title, ...lines]).join("\n");
}

function cardBlocks(card: Readonly<Record<string, unknown>>): MessageBlock[] {
  const blocks: MessageBlock[] = [];
  const header = asObject(card.header);
  const title = asString(asObject(header.title).content);
  if (title !== undefined) {
    blocks.push({ kind: "title", text: title, colour: asString(header.template) ?? "default" });
  }
  const subtitle = asString(asObject(header.subtitle).content);
  if (subtitle !== undefined && subtitle !== "") blocks.push({ kind: "text", text: subtitle });
  for (const tag of asArray(header.text_tag_list)) {
    const text = asString(asObject(asObject(tag).text).content);
    if (text !== undefined) blocks.push({ kind: "text", text });
  }
  collect(asObject(card.body).elements, blocks);
  return blocks;
}

function collect(value: unknown, blocks: MessageBlock[]): void {
  if (Array.isArray(value)) {
    for (const item of asArray(value)) collect(item, blocks);
    return;
  }
  if (!isObject(value)) return;
  const tag = asString(value.tag);
  if (tag === "button") {
    blocks.push({ kind: "button", button: toButton(value) });
  } else if (tag === "hr") {
    blocks.push({ kind: "text", text: "---" });
  } else if (tag === "img") {
    blocks.push({ kind: "text", text: "[image]" });
  } else if (tag === "collapsible_panel") {
    const title = asString(asObject(asObject(value.header).title).content) ?? "";
    blocks.push({ kind: "panel", text: title, open: value.expanded === true });
    collect(value.elements, blocks);
  } else if (typeof value.content === "string") {
    blocks.push({ kind: "text", text: value.content });
  } else {
    for (const part of Object.values(value)) collect(part, blocks);
  }
}

function toButton(button: Readonly<Record<string, unknown>>): CardButton {
  const callback = asArray(button.behaviors).map(asObject).find((b) => b.type === "callback");
  const name = asString(button.name);
  return {
    label: asString(asObject(button.text).content) ?? "",
    value: callback?.value ?? {},
    disabled: button.disabled === true,
    style: asString(button.type) ?? "default",
    ...(name === undefined ? {} : { name }),
  };
}

/** All buttons of a message from top to bottom. */
export function messageButtons(message: TwinMessage): CardButton[] {
  return messageBlocks(message).flatMap((block) => block.kind === "button" ? [block.button] : []);
}
