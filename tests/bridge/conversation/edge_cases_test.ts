import { assert, assertEquals } from "@std/assert";
import { toFeishu } from "../../../lib/feishu/draw/markdown.ts";
import { splitMarkdown } from "../../../lib/base/markdown/split_markdown.ts";
import { render } from "../../../lib/feishu/draw/render.ts";
import type { View } from "../../../lib/model/view.ts";
import { Lanes } from "../../../lib/feishu/rest/lanes.ts";
import { finalViews, liveView } from "../../../lib/bridge/turn/turn_view.ts";
import { EMPTY_READING } from "../../../lib/model/reading.ts";
import { splitAnswer } from "../../../lib/feishu/draw/split_answer.ts";
import { nearest } from "../../../lib/base/nearest.ts";
import { readArgs } from "../../../lib/cli/args.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { checkCard } from "../../../lib/demo/feishu_twin/card_rules.ts";

const card = (view: View) => render(view, "card", texts("zh")).content;

Deno.test("no mention survives beside code spans of any shape", () => {
  const cases = [
    "Use ``a ` b`` here. <at id=all></at> and `code`",
    "`` <at id=all></at> `",
    "`two\nlines` <at id=all></at> `x`",
    "`a\n` <at id=all></at> `",
    "\\` <at id=all></at> \\`",
  ];
  for (const markdown of cases) assert(!toFeishu(markdown).includes("<at"), toFeishu(markdown));
});

Deno.test("a code span keeps its `<`", () => {
  assertEquals(toFeishu("``x ` y < z``"), "``x ` y < z``");
});

Deno.test("a picture whose name holds code does not refuse the card", () => {
  for (const text of ["![the `a` chart](x.png)", "![![x](y)](z)", "![a\nb](x.png)"]) {
    checkCard(JSON.parse(card({ status: "done", text })));
  }
});

Deno.test("a fence with an endless first line is split too", () => {
  const pieces = splitMarkdown("```" + "x".repeat(600) + "\ncode", 500);
  assert(pieces.length > 0 && pieces.every((piece) => piece.length <= 500));
});

Deno.test("a card with six tables is one that the platform takes", () => {
  const text = Array(6).fill("| a | b |\n|---|---|\n| 1 | 2 |").join("\n\n");
  checkCard(JSON.parse(card({ status: "done", text })));
});

Deno.test("todos and files make room before the answer does", () => {
  const text = "答".repeat(6600);
  const content = card({
    status: "done",
    text,
    todos: Array.from(
      { length: 30 },
      () => ({ text: "任".repeat(80), state: "completed" as const }),
    ),
    error: "错".repeat(1000),
    files: Array.from(
      { length: 20 },
      (_, i) => ({
        file: `src/some/deep/path/of/a_component_${i}.tsx`,
        additions: 1,
        deletions: 1,
      }),
    ),
  });
  assert(content.includes(text));
});

Deno.test("a card stays within its bytes also without an answer", () => {
  const todos = Array.from(
    { length: 30 },
    () => ({ text: "<".repeat(200), state: "pending" as const }),
  );
  assert(
    new TextEncoder().encode(card({ status: "done", todos })).length <= 28_000,
  );
});

Deno.test("turns leave in the order in which they asked", async () => {
  const never = new AbortController().signal;
  await Promise.all(Array.from({ length: 20 }, async () => {
    const lanes = new Lanes();
    const limit = { key: "c", windows: [{ count: 3, ms: 1_000 }] };
    const left: number[] = [];
    await Promise.all([1, 2, 3, 4, 5, 6].map(async (n) => {
      await lanes.turn([limit], never);
      left.push(n);
    }));
    assertEquals(left, [1, 2, 3, 4, 5, 6]);
  }));
});
const base = { ...EMPTY_READING, phase: "busy" as const, accepted: true, started: true };
const opts = {
  texts: texts("en"),
  now: 1,
  startedAt: 0,
  maxLength: 500,
  split: splitAnswer,
  directory: "/x",
};

Deno.test("a key does not show when a growing answer is cut inside it", () => {
  const key = "sk-ant-AbCdEf0123456789AbCdEf0123456789";
  for (let n = 460; n < 500; n++) {
    const view = liveView(
      { ...base, text: key + "x".repeat(0) + " ".repeat(1) + "y".repeat(n) },
      opts,
    );
    assert(!view.text?.includes("0123456789AbCdEf"), view.text?.slice(0, 80));
  }
});

Deno.test("a growing answer that is cut inside a fence still shows prose as prose", () => {
  const text = "```ts\n" + "code();\n".repeat(40) + "```\nPROSE <b> " + "words ".repeat(40);
  const shown = toFeishu(liveView({ ...base, text }, opts).text ?? "");
  assert(shown.includes("PROSE &#60;b"), shown.slice(-400));
});

Deno.test("ordinary code and links are no secrets in an answer", () => {
  for (
    const text of [
      "https://x.io/how-to-build-a-chat-bot-with-deno",
      "const password = getPassword();",
      "Basic authentication for feature/a-new-login-page-v2",
    ]
  ) {
    const [view] = finalViews({ ...base, text }, "done", opts);
    assertEquals(view?.text, text);
  }
});

Deno.test("two swapped letters are a near match", () => {
  assertEquals([nearest("hepl", ["help"]), nearest("rnu", ["run"]), nearest("nwe", ["new"])], [
    "help",
    "run",
    "new",
  ]);
});

Deno.test("an option is not taken for another's value", () => {
  let refused = false;
  try {
    readArgs(["--cwd", "--help"]);
  } catch {
    refused = true;
  }
  assert(refused);
});
