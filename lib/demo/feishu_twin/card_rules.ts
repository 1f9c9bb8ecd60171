import {
  COMPONENT_PROPERTIES,
  FORM_FIELDS,
  HEADER_TEMPLATES,
  OBJECT_PROPERTIES,
} from "./card_schema.ts";
import { array, isObject, type JsonObject, object, string } from "../../base/json.ts";
import { cardRefusal } from "./refusal.ts";

// Limits of one card (Feishu docs, and measurements of others on a real tenant).
/** Feishu's page of cards refuses what has over 200; clients saw 199 taken and 200 refused. */
const MAX_ELEMENTS = 199;
const MAX_TABLES = 5;
const MAX_NESTING = 5;
const ID_PATTERN = /^[A-Za-z][A-Za-z0-9_]{0,19}$/;
const CONTAINERS = new Set(["column_set", "collapsible_panel", "interactive_container", "form"]);
/** Properties that hold data of the app and no components. */
const OPAQUE = new Set(["behaviors", "value", "chart_spec", "rows", "style", "streaming_config"]);

interface Walk {
  elements: number;
  tables: number;
  readonly ids: Set<string>;
  readonly names: Set<string>;
}

/**
 * Checks a card JSON 2.0 like the platform.
 *
 * @throws {Refusal} 230099 with the inner code: 11310 too many elements or tables or a form without
 * name, 200570 image key, 200621 unknown property or wrong shape, 200861 tag of 1.0, 300301 element
 * id, 300302 `update_multi` not true, 200740 card entity that does not exist.
 */
export function checkCard(card: JsonObject): void {
  if (card.type === "card") throw cardRefusal(200740, "card id not exist", "ROOT");
  if (card.type === "template") throw cardRefusal(200380, "template does not exist", "ROOT");
  if (card.schema !== "2.0") wrong("ROOT", "schema is not 2.0", String(card.schema));
  checkNames(card, OBJECT_PROPERTIES.root, "ROOT");
  const config = object(card.config);
  checkNames(config, OBJECT_PROPERTIES.config, "ROOT -> config");
  if (config.update_multi !== undefined && config.update_multi !== true) {
    throw cardRefusal(300302, "update_multi must be true", "ROOT -> config");
  }
  const walk: Walk = { elements: 0, tables: 0, ids: new Set(), names: new Set() };
  if (card.header !== undefined) checkHeader(object(card.header), walk);
  if (!isObject(card.body)) wrong("ROOT", "body is missing");
  else {
    checkNames(card.body, OBJECT_PROPERTIES.body, "ROOT -> body");
    const { elements = [] } = card.body;
    if (!Array.isArray(elements)) wrong("ROOT -> body", "elements is not a list");
    checkList(elements, "ROOT -> body -> elements", 0, true, walk);
  }
  if (walk.elements > MAX_ELEMENTS) {
    throw cardRefusal(11310, "element exceeds the limit", "", String(walk.elements));
  }
  if (walk.tables > MAX_TABLES) {
    throw cardRefusal(11310, "card table number over limit", "", "table");
  }
}

function wrong(path: string, detail: string, value = ""): never {
  const reason = `parse card json err, please check whether the card json is correct. ${detail}`;
  throw cardRefusal(200621, reason, path, value);
}

function checkNames(part: JsonObject, known: ReadonlySet<string>, path: string): void {
  for (const name of Object.keys(part)) {
    if (!known.has(name)) wrong(path, `unknown property, property: ${name}`, name);
  }
}

function checkHeader(header: JsonObject, walk: Walk): void {
  const path = "ROOT -> header";
  checkNames(header, OBJECT_PROPERTIES.header, path);
  const template = string(header.template);
  if (template !== undefined && !HEADER_TEMPLATES.has(template)) {
    wrong(path, "invalid template", template);
  }
  if (array(header.text_tag_list).length > 3) wrong(path, "more than 3 text tags");
  if (!isObject(header.title)) wrong(path, "title is missing");
  checkChildren(header, path, 0, walk);
}

function checkList(
  list: unknown,
  path: string,
  depth: number,
  atRoot: boolean,
  walk: Walk,
): void {
  for (const [index, element] of array(list).entries()) {
    const tag = isObject(element) ? string(element.tag) : undefined;
    const at = `${path} -> [${index}](tag: ${tag})`;
    if (!isObject(element) || tag === undefined) wrong(at, "an element needs a tag");
    if (!atRoot && (tag === "form" || tag === "table")) {
      wrong(at, `${tag} must be at the root of the card`);
    }
    checkComponent(element, tag, at, depth, walk);
  }
}

function checkComponent(
  element: JsonObject,
  tag: string,
  path: string,
  depth: number,
  walk: Walk,
): void {
  walk.elements += 1;
  if (tag === "action" || tag === "note") {
    throw cardRefusal(200861, `cards of schema V2 no longer support this capability; ${tag}`, path);
  }
  const known = COMPONENT_PROPERTIES.get(tag);
  if (known === undefined) wrong(path, `unsupported tag ${tag}`, tag);
  checkNames(element, known, path);
  checkId(element, path, walk);
  if (tag === "plain_text" || tag === "lark_md" || tag === "markdown") {
    if (string(element.content) === undefined) wrong(path, "content is not a string");
  }
  if (tag === "markdown" || tag === "lark_md") checkMarkdown(String(element.content), path, walk);
  if (tag === "table") walk.tables += 1;
  if (tag === "img" || tag === "custom_icon") checkImageKey(element.img_key, path);
  if (tag === "button") checkButton(element, path);
  if (tag === "select_static") checkOptions(element.options, path);
  if (tag === "form" && (string(element.name) ?? "") === "") {
    throw cardRefusal(11310, "form's name is required", path);
  }
  if (FORM_FIELDS.has(tag) || tag === "form") checkName(element, path, walk);
  const inside = depth + (CONTAINERS.has(tag) ? 1 : 0);
  if (inside > MAX_NESTING) throw cardRefusal(11310, "nesting exceeds the limit", path);
  checkChildren(element, path, inside, walk);
}

/** Checks every property of a component, because each of them may hold components. */
function checkChildren(part: JsonObject, path: string, depth: number, walk: Walk): void {
  for (const [name, value] of Object.entries(part)) {
    const at = `${path} -> ${name}`;
    if (OPAQUE.has(name)) continue;
    if (name === "elements" || name === "columns") {
      if (part.tag !== "table") checkList(value, at, depth, false, walk);
    } else if (isObject(value)) {
      const tag = string(value.tag);
      if (tag !== undefined) checkComponent(value, tag, at, depth, walk);
      else {
        if (part.tag === "collapsible_panel" && name === "header") {
          checkNames(value, OBJECT_PROPERTIES.panelHeader, at);
        }
        checkChildren(value, at, depth, walk);
      }
    } else if (Array.isArray(value)) {
      for (const item of array(value)) {
        if (!isObject(item)) continue;
        const tag = string(item.tag);
        if (tag !== undefined) checkComponent(item, tag, at, depth, walk);
        else if (part.tag !== "table") checkChildren(item, at, depth, walk);
      }
    }
  }
}

function checkId(element: JsonObject, path: string, walk: Walk): void {
  const id = element.element_id;
  if (id === undefined) return;
  if (typeof id !== "string" || !ID_PATTERN.test(id)) {
    throw cardRefusal(300301, "element_id is invalid", path, String(id));
  }
  if (walk.ids.has(id)) throw cardRefusal(300301, "element_id is duplicate", path, id);
  walk.ids.add(id);
}

function checkName(element: JsonObject, path: string, walk: Walk): void {
  const name = string(element.name);
  if (name === undefined) return;
  if (walk.names.has(name)) throw cardRefusal(11310, "name is duplicate", path, name);
  walk.names.add(name);
}

function checkButton(button: JsonObject, path: string): void {
  for (const behavior of array(button.behaviors)) {
    if (!isObject(behavior)) wrong(path, "a behavior is not an object");
    if (behavior.type === "callback" && !isObject(behavior.value)) {
      wrong(path, "the value of a callback must be an object");
    }
    if (behavior.type === "open_url" && !/^https?:\/\//.test(String(behavior.default_url))) {
      wrong(path, "default_url is not a link", String(behavior.default_url));
    }
  }
  if (button.form_action_type !== undefined && string(button.name) === undefined) {
    throw cardRefusal(11310, "form action button's name is required", path);
  }
}

/** Without a value of its own, nobody could tell which option was chosen (Feishu docs: select_static). */
function checkOptions(options: unknown, path: string): void {
  const values = new Set<string>();
  for (const option of array(options)) {
    const { text, value } = object(option);
    if (!isObject(text) || text.tag !== "plain_text") wrong(path, "an option needs a plain text");
    if (typeof value !== "string") wrong(path, "the value of an option is not a string");
    else if (values.has(value)) wrong(path, "two options have one value", value);
    else values.add(value);
  }
}

function checkImageKey(key: unknown, path: string): void {
  if (typeof key !== "string" || !/^img_[\w-]+$/.test(key)) {
    throw cardRefusal(200570, "card contains invalid image keys", path, String(key));
  }
}

function checkMarkdown(content: string, path: string, walk: Walk): void {
  const text = withoutCode(content);
  for (const image of text.matchAll(/!\[[^\]]*\]\(([^)\s]*)[^)]*\)/g)) {
    checkImageKey(image[1], path);
  }
  walk.tables += countTables(text);
  for (const mention of text.matchAll(/<at\s+id\s*=\s*["']?([^\s"'>]+)/g)) {
    const id = mention[1] ?? "";
    if (id !== "all" && !/^(ou_|on_)\w+$/.test(id)) {
      throw cardRefusal(
        100290,
        "There is an invalid user resource(at/person) in your card",
        path,
        id,
      );
    }
  }
}

/** Markdown without its fenced and inline code. */
function withoutCode(markdown: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split("\n")) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined) {
      if (mark === undefined) lines.push(line.replaceAll(/`[^`]*`/g, "code"));
      else {
        fence = mark;
        lines.push("");
      }
    } else if (mark !== undefined && mark[0] === fence[0] && mark.length >= fence.length) {
      fence = undefined;
    }
  }
  return lines.join("\n");
}

/** Counts GFM tables by their delimiter rows, which follow a line with a bar. */
function countTables(markdown: string): number {
  const lines = markdown.split("\n");
  return lines.filter((line, index) =>
    index > 0 && line.includes("-") && line.includes("|") &&
    /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(line) &&
    (lines[index - 1] ?? "").includes("|")
  ).length;
}
