import { assert, assertEquals } from "@std/assert";
import { knownSecrets } from "../../../lib/base/secrets/known_secrets.ts";
import { splitAnswer } from "../../../lib/feishu/draw/split_answer.ts";
import { render, simpler } from "../../../lib/feishu/draw/render.ts";
import type { View } from "../../../lib/model/view.ts";
import type { RenderMode } from "../../../lib/model/slot.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { checkContent } from "../../../lib/demo/feishu_twin/content_rules.ts";
import { Files } from "../../../lib/demo/feishu_twin/files.ts";
import { json, seeded } from "../../helpers.ts";
import { outsideCode, randomMarkdown } from "./random_markdown.ts";

const en = texts("en");
const modes: RenderMode[] = ["card", "plain_card", "post", "text"];
const view: View = {
  status: "failed",
  note: "a note",
  tools: [{ tool: "bash", title: "deno test", state: "completed", seconds: 2, depth: 0 }],
  hiddenTools: 3,
  todos: [{ text: "a todo", state: "pending" }],
  text: "the **answer**",
  error: "an error",
  files: [{ file: "a.ts", additions: 3, deletions: 1 }],
  footer: "12 s",
};

const table = "| a | b |\n|---|---|\n| 1 | 2 |";

/** All that a message says, from top to bottom. */
function content(view: View, mode: RenderMode): string {
  const found: string[] = [];
  const { config: _, ...message } = json(render(view, mode, en).content);
  JSON.parse(JSON.stringify(message), (key, value) => {
    if ((key === "content" || key === "text") && typeof value === "string") found.push(value);
    return value;
  });
  return found.join("\n");
}

const post = (view: View): string => {
  const content = json(render(view, "post", en).content) as {
    zh_cn: { content: { tag: string; text: string }[][] };
  };
  return content.zh_cn.content[0]?.[0]?.text ?? "";
};
const text = (view: View) => String(json(render(view, "text", en).content)["text"]);

Deno.test("a card gives way to a plain one, that to a post, a post to a text, a text to nothing", () => {
  assertEquals(modes.map(simpler), ["plain_card", "post", "text", undefined]);
  const types = ["interactive", "interactive", "post", "text"];
  assertEquals(modes.map((mode) => render(view, mode, en).type), types);
});

Deno.test("each form says all that the card says", () => {
  for (const mode of modes) {
    const shown = content(view, mode);
    const parts = [
      ...(mode === "card" ? [] : [en.status.failed]),
      "a note",
      en.earlierTools(3),
      "💻 bash deno test ✅ · 2 s",
      "☐ a todo",
      "the **answer**",
      "❌ an error",
      mode === "text" ? "a.ts +3 −1" : "`a.ts` +3 −1",
      "12 s",
    ];
    const places = parts.map((part) => shown.indexOf(part));
    assert(!places.includes(-1), `${parts[places.indexOf(-1)]} in ${shown}`);
    assertEquals(places, places.toSorted((a, b) => a - b));
  }
});

Deno.test("a plain card has nothing but text and buttons, which work as before", () => {
  const asks: View = {
    status: "waiting",
    title: "Permission: bash",
    text: `${table}\n\n${table}`,
    buttons: [{ label: "Once", value: { answer: "once" }, style: "primary" }],
    footer: "reply 1",
  };
  const { body } = json(render(asks, "plain_card", en).content) as {
    body: { elements: { tag: string; behaviors?: { value: unknown }[] }[] };
  };
  assertEquals(body.elements.map(({ tag }) => tag), ["markdown", "button"]);
  assertEquals(body.elements[1]?.behaviors?.[0]?.value, { answer: "once" });
  assert(content(asks, "plain_card").includes("Permission: bash"));
  assert(!/^\| a/m.test(content(asks, "plain_card").replaceAll(/^```[^]*?^```/gm, "")));
});

Deno.test("a message names its buttons only in a form that has them", () => {
  for (const language of ["en", "zh"] as const) {
    const t = texts(language);
    const choice = { custom: true, hint: t.turnWaits };
    const footers = [true, false].map((canPress) => t.howToAnswer("1–3", { ...choice, canPress }));
    const aways = [true, false].map((canPress) => t.machineAway("box", 60_000, canPress));
    const asks: View = {
      status: "waiting",
      text: aways[0] ?? "",
      footer: footers[0] ?? "",
      unpressed: { text: aways[1] ?? "", footer: footers[1] ?? "" },
      buttons: [{ label: "Once", value: {} }],
    };
    const shown = modes.map((mode) => content(asks, mode));
    assertEquals(shown.map((text) => /press a button|点击按钮/i.test(text)), [
      true,
      true,
      false,
      false,
    ]);
    for (const text of shown) assert(text.includes("1–3") && text.includes("/on"), text);
    const closed: View = { ...asks, status: "closed", buttons: [], footer: "Allowed once." };
    for (const mode of modes) assert(content(closed, mode).includes("Allowed once."), mode);
  }
});

Deno.test("in a text the model cannot mention anybody", () => {
  const mentions = [
    '<at user_id="all">everyone</at>',
    "<AT user_id=ou_1></AT>",
    "<a\x00t user_id=ou_1></at>",
    "`<at user_id=ou_1></at>`",
  ];
  for (const mention of mentions) {
    for (const part of ["text", "note", "error", "footer"] as const) {
      assert(!/<\/?at/i.test(text({ status: "done", [part]: mention })), `${part} ${mention}`);
    }
  }
  assertEquals(text({ status: "plain", text: "a < b, 1<2, <attr>" }), "a < b, 1<2, ‹attr>");
});

Deno.test("our own secrets show in no form, wherever they stand, and buttons keep their values", () => {
  const secret = "s3cr3t_*value*";
  knownSecrets.add("render_test", secret);
  const all: View = {
    status: "waiting",
    title: secret,
    note: secret,
    reasoning: secret,
    tools: [{ tool: secret, title: secret, error: secret, state: "error", depth: 0 }],
    todos: [{ text: secret, state: "pending" }],
    text: `\`\`\`\n${secret}\n\`\`\``,
    panels: [{ title: secret, text: secret }],
    error: secret,
    files: [{ file: secret, additions: 1, deletions: 1 }],
    footer: secret,
  };
  for (const mode of modes) {
    const { content } = render(all, mode, en);
    assert(!/s3cr3t|value/.test(content), content);
    const buttons = [{ label: secret, value: { answer: secret } }];
    const card = render({ ...all, buttons }, mode, en).content;
    assertEquals(card.split("s3cr3t").length - 1, /card/.test(mode) ? 1 : 0);
  }
});

Deno.test("our own secrets show in no form when drawing takes away what stood inside them", () => {
  const secret = "b7c1a5de-4ac7-4f25-8d92-6bd3d1a0e2f4";
  knownSecrets.add("render_test", secret);
  const esc = String.fromCharCode(0x1b);
  for (
    const inside of ["\u200b", "\u202c", "\0", "\u00ad", `${esc}[31m`, `${esc}]0;a\u0007`, "&#45;"]
  ) {
    const torn = inside === "&#45;"
      ? secret.replaceAll("-", inside)
      : `${secret.slice(0, 9)}${inside}${secret.slice(9)}`;
    for (const text of [torn, `\\n${torn}`, secret.replaceAll("-", "\\-")]) {
      for (const mode of modes) {
        const { content } = render({ status: "done", text, note: text, title: text }, mode, en);
        assert(!content.includes("d92"), content);
      }
    }
  }
});

Deno.test("no secret shows in the summary when the marks inside it are taken away", () => {
  const own = "b7c1a5de-4ac7-4f25-8d92-6bd3d1a0e2f4";
  knownSecrets.add("render_test", own);
  for (const secret of [own, "ghp_aB3dE5fG7hI9kL1mN3pQ5rS7tU9vW1xY3zA5"]) {
    for (const mark of ["**", "`", "``", "** **`".replace(" ", "")]) {
      for (let at = 5; at < secret.length - 3; at++) {
        const text = `key: ${secret.slice(0, at)}${mark}${secret.slice(at)}${mark}`;
        const { config } = json(render({ status: "plain", text }, "card", en).content) as {
          config: { summary: { content: string } };
        };
        assert(!config.summary.content.includes(secret.slice(-8)), config.summary.content);
      }
    }
  }
});

Deno.test("a question too long for a card shows how it begins and ends, and how much is missing", () => {
  const options = Array.from({ length: 40 }, (_, i) => `${i + 1}. **${"选".repeat(300)}${i}**`);
  for (
    const text of [
      `Begin ${"问".repeat(12_000)} end\n\n1. **a**`,
      `Begin?\n\n${options.join("\n")}\n41. end`,
    ]
  ) {
    for (const status of ["waiting", "closed"] as const) {
      for (const mode of modes) {
        const view: View = { status, title: "Question", text, footer: "Reply with a number." };
        const shown = content(view, mode);
        for (const part of ["Begin", "end", "Reply with"]) assert(shown.includes(part), part);
        if (mode !== "text") assert(/\d+ more characters/.test(shown), shown.slice(0, 200));
        const rendered = render(view, mode, en);
        checkContent(rendered.type, rendered.content, new Files());
      }
    }
  }
  const answer = content({ status: "working", text: `Begin ${"答".repeat(20_000)} end` }, "card");
  assert(!answer.includes("Begin") && answer.includes("end"));
});

Deno.test("in a post the model cannot mention anybody", () => {
  for (let seed = 0; seed < 50; seed++) {
    const markdown = randomMarkdown(seeded(seed), 8);
    assert(!/<\/?at\b/.test(outsideCode(post({ status: "done", text: markdown }))));
  }
});

Deno.test("a table in a post is code, which every client shows", () => {
  const quoted = `> ${table.replaceAll("\n", "\n> ")}`;
  const shown = post({ status: "done", text: `${table}\n\n${quoted}`, error: table });
  assert(shown.includes(`\`\`\`\n${table}\n`), shown);
  assert(!/^\|/m.test(outsideCode(shown)), shown);
});

Deno.test("nothing to show is still a message that the platform takes", () => {
  for (const mode of modes) {
    for (const empty of [{ status: "plain" }, { status: "plain", text: " \n" }] as const) {
      const { type, content } = render(empty, mode, en);
      checkContent(type, content, new Files());
    }
  }
});

Deno.test("the platform takes each form of a long answer with everything around it", () => {
  const long: View = {
    ...view,
    text: "字".repeat(6000),
    tools: Array.from({ length: 20 }, (_, i) => ({
      tool: "bash",
      title: `step ${i} ${"x".repeat(100)}`,
      state: "completed",
      depth: 0,
    })),
  };
  for (const mode of modes) {
    const { type, content } = render(long, mode, en);
    checkContent(type, content, new Files());
    assert(content.includes("字".repeat(6000)), mode);
  }
});

Deno.test("the platform takes each form of an answer whose JSON is far longer than its text", () => {
  const line = `${'""'.repeat(30)}\n`;
  const text = `\`\`\`json\n${line.repeat(400)}\`\`\`\n`;
  const pieces = splitAnswer(text, 8_000);
  const lines = (content: string) => content.replaceAll("\\", "").split('"'.repeat(60)).length - 1;
  assertEquals(pieces.map(lines).reduce((sum, count) => sum + count), 400);
  for (const mode of modes) {
    for (const piece of pieces) {
      const { type, content } = render({ ...view, text: piece }, mode, en);
      checkContent(type, content, new Files());
      assert(lines(content) >= lines(piece), mode);
    }
  }
});
