import { array, isObject, type JsonObject, object, string } from "../../base/json.ts";
import { toPicker } from "../feishu_twin/card_pickers.ts";
import { drawMarkdown } from "./draw_markdown.ts";
import { element, nodeText, type PageNode, safeLink } from "./page_node.ts";

/** The state of drawing one card. */
interface Drawing {
  /** How many buttons were drawn. Their order is that of `messageButtons`. */
  buttons: number;
  /** How many lists were drawn, in the order of `cardPickers`. */
  pickers: number;
  readonly nameOf: NameOf;
}

/** The name of a person, by `open_id`. */
export type NameOf = (openId: string) => string;

/** A card JSON 2.0 as Feishu shows it. Buttons carry their position as `data-button`. */
export function drawCard(card: JsonObject, nameOf: NameOf): PageNode[] {
  const drawing: Drawing = { buttons: 0, pickers: 0, nameOf };
  const { header: given, body, config } = card;
  const header = object(given);
  const title = textOf(header.title);
  const nodes: PageNode[] = [];
  if (title !== "") {
    const colour = string(header.template) ?? "default";
    const subtitle = textOf(header.subtitle);
    const tags = array(header.text_tag_list).map(object).map((tag) =>
      element("span", { class: `tag ${string(tag.color) ?? ""}` }, textOf(tag.text))
    );
    nodes.push(
      element(
        "div",
        { class: `card-title ${colour}` },
        element("span", {}, title),
        ...tags,
        ...(subtitle === "" ? [] : [element("div", { class: "subtitle" }, subtitle)]),
      ),
    );
  }
  const growing = object(config).streaming_mode === true ? " growing" : "";
  nodes.push(
    element("div", { class: `card-body${growing}` }, ...drawAll(object(body).elements, drawing)),
  );
  return nodes;
}

function drawAll(elements: unknown, drawing: Drawing): PageNode[] {
  return array(elements).flatMap((one) => isObject(one) ? draw(one, drawing) : []);
}

function draw(part: JsonObject, drawing: Drawing): PageNode[] {
  switch (part.tag) {
    case "markdown":
    case "lark_md": {
      const small = part.text_size === "notation" ? " small" : "";
      return [element("div", { class: `md${small}` }, ...drawMarkdown(String(part.content)))];
    }
    case "plain_text":
      return [element("div", { class: "plain" }, String(part.content))];
    case "div":
      return isObject(part.text) ? draw(part.text, drawing) : [];
    case "person": {
      const name = part.show_name === true ? drawing.nameOf(String(part.user_id)) : "👤";
      return [element("span", { class: "chip" }, name)];
    }
    case "hr":
      return [element("hr")];
    case "img": {
      const alt = textOf(part.alt);
      return [image(string(part.img_key) ?? "", alt)];
    }
    case "button":
      return [button(part, drawing)];
    case "select_static":
      return [picker(part, drawing)];
    case "column_set":
      return [
        element(
          "div",
          { class: `columns ${string(part.flex_mode) ?? "none"}` },
          ...drawAll(part.columns, drawing),
        ),
      ];
    case "column": {
      const wide = part.width === "auto" ? "auto" : "weighted";
      return [element("div", { class: `column ${wide}` }, ...drawAll(part.elements, drawing))];
    }
    case "form":
    case "interactive_container":
      return drawAll(part.elements, drawing);
    case "collapsible_panel": {
      const title = object(object(part.header).title);
      const summary = title.tag === "plain_text"
        ? [textOf(title)]
        // A summary may contain no block elements.
        : [nodeText(drawMarkdown(textOf(title))).trim()];
      return [
        element(
          "details",
          part.expanded === true ? { open: "" } : {},
          element("summary", {}, ...summary),
          element("div", { class: "panel" }, ...drawAll(part.elements, drawing)),
        ),
      ];
    }
    default:
      return [element("span", { class: "chip" }, `[${String(part.tag)}]`)];
  }
}

function button(part: JsonObject, drawing: Drawing): PageNode {
  const style = (string(part.type) ?? "default").split("_")[0] ?? "default";
  const label = textOf(part.text);
  const link = array(part.behaviors).map(object).find(({ type }) => type === "open_url");
  const href = safeLink(string(link?.default_url) ?? "");
  const position = drawing.buttons++;
  if (href !== undefined) {
    const attributes = { class: "button", href, target: "_blank", rel: "noopener noreferrer" };
    return element("a", attributes, label);
  }
  return element("button", {
    type: "button",
    class: style,
    "data-button": String(position),
    ...(part.disabled === true ? { disabled: "" } : {}),
  }, label);
}

function picker(part: JsonObject, drawing: Drawing): PageNode {
  const { placeholder, options, disabled } = toPicker(part);
  return element(
    "select",
    {
      class: "picker",
      "data-picker": String(drawing.pickers++),
      "aria-label": placeholder,
      ...(disabled ? { disabled: "" } : {}),
    },
    element("option", { value: "" }, placeholder),
    ...options.map(({ label }, i) => element("option", { value: String(i) }, label)),
  );
}

/** An uploaded picture, by its key. The twin serves it. */
export function image(key: string, alt: string): PageNode {
  return element("img", { src: `/_twin/file/${encodeURIComponent(key)}`, alt: alt || "image" });
}

function textOf(text: unknown): string {
  return string(object(text).content) ?? "";
}
