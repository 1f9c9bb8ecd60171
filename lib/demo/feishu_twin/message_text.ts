import { array, isObject, object, string } from "../../base/json.ts";
import type { TwinMessage } from "./twin_message.ts";

/** A button of a card. */
export interface CardButton {
  readonly label: string;
  /** The value that a click sends to the app. */
  readonly value: unknown;
  readonly disabled: boolean;
  /** `default`, `primary`, `danger`, … */
  readonly style: string;
  readonly name?: string;
}

/** A section of a message, as a reader sees it. */
export type MessageSection =
  | { readonly kind: "title"; readonly text: string; readonly colour: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "panel"; readonly text: string; readonly open: boolean }
  | { readonly kind: "button"; readonly button: CardButton };

/**
 * The text of a message as a reader sees it, one section a line: of a card also the title, the titles of
 * panels and the labels of buttons.
 */
export function messageText(message: TwinMessage): string {
  return messageSections(message)
    .map((section) => section.kind === "button" ? `[${section.button.label}]` : section.text)
    .join("\n");
}

/** The sections of a message from top to bottom. */
function messageSections(message: TwinMessage): MessageSection[] {
  const content = object(message.content);
  switch (message.type) {
    case "interactive":
      return cardSections(content);
    case "text":
      return [{ kind: "text", text: withNames(string(content.text) ?? "", message) }];
    case "post":
      return [{ kind: "text", text: postText(content) }];
    case "system":
      return [{ kind: "text", text: `── ${dividerText(content)} ──` }];
    default:
      return [{ kind: "text", text: `[${message.type}] ${string(content.file_name) ?? ""}` }];
  }
}

/** The words on a divider. */
export function dividerText({ params }: Readonly<Record<string, unknown>>): string {
  return string(object(object(params).divider_text).text) ?? "";
}

function withNames(text: string, message: TwinMessage): string {
  let named = text;
  for (const { key, name } of message.mentions) named = named.replaceAll(key, `@${name}`);
  return named;
}

function postText(content: Readonly<Record<string, unknown>>): string {
  const bodies = "content" in content ? [content] : Object.values(content);
  const body = object(bodies[0]);
  const lines = array(body.content).map((line) =>
    array(line).map((item) => {
      const { tag, text, user_name: name, language } = object(item);
      if (tag === "at") return `@${name ?? object(item).user_id}`;
      if (tag === "img") return "[image]";
      if (tag === "hr") return "---";
      if (tag === "code_block") return `\`\`\`${language ?? ""}\n${text}\n\`\`\``;
      return string(text) ?? "";
    }).join("")
  );
  const title = string(body.title) ?? "";
  return (title === "" ? lines : [title, ...lines]).join("\n");
}

function cardSections(card: Readonly<Record<string, unknown>>): MessageSection[] {
  const sections: MessageSection[] = [];
  const header = object(card.header);
  const title = string(object(header.title).content);
  if (title !== undefined) {
    sections.push({ kind: "title", text: title, colour: string(header.template) ?? "default" });
  }
  const subtitle = string(object(header.subtitle).content);
  if (subtitle !== undefined && subtitle !== "") sections.push({ kind: "text", text: subtitle });
  for (const tag of array(header.text_tag_list)) {
    const text = string(object(object(tag).text).content);
    if (text !== undefined) sections.push({ kind: "text", text });
  }
  collect(object(card.body).elements, sections);
  return sections;
}

function collect(value: unknown, sections: MessageSection[]): void {
  if (Array.isArray(value)) {
    for (const item of array(value)) collect(item, sections);
    return;
  }
  if (!isObject(value)) return;
  const tag = string(value.tag);
  if (tag === "button") {
    sections.push({ kind: "button", button: toButton(value) });
  } else if (tag === "person") {
    sections.push({ kind: "text", text: `@${String(value.user_id)}` });
  } else if (tag === "hr") {
    sections.push({ kind: "text", text: "---" });
  } else if (tag === "img") {
    sections.push({ kind: "text", text: "[image]" });
  } else if (tag === "collapsible_panel") {
    const title = string(object(object(value.header).title).content) ?? "";
    sections.push({ kind: "panel", text: title, open: value.expanded === true });
    collect(value.elements, sections);
  } else if (typeof value.content === "string") {
    sections.push({ kind: "text", text: value.content });
  } else {
    for (const part of Object.values(value)) collect(part, sections);
  }
}

function toButton(button: Readonly<Record<string, unknown>>): CardButton {
  const callback = array(button.behaviors).map(object).find((b) => b.type === "callback");
  const name = string(button.name);
  return {
    label: string(object(button.text).content) ?? "",
    value: callback?.value ?? {},
    disabled: button.disabled === true,
    style: string(button.type) ?? "default",
    ...(name === undefined ? {} : { name }),
  };
}

/** All buttons of a message from top to bottom. */
export function messageButtons(message: TwinMessage): CardButton[] {
  return messageSections(message).flatMap((section) =>
    section.kind === "button" ? [section.button] : []
  );
}
