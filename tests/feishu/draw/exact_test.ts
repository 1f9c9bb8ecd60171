/** What is to be approved, in every form of message. */
import { assert } from "@std/assert";
import { exactText } from "../../../lib/base/exact_text.ts";
import { knownSecrets } from "../../../lib/base/secrets/known_secrets.ts";
import { checkContent } from "../../../lib/demo/feishu_twin/content_rules.ts";
import { Files } from "../../../lib/demo/feishu_twin/files.ts";
import { render } from "../../../lib/feishu/draw/render.ts";
import type { RenderMode } from "../../../lib/model/slot.ts";
import { texts } from "../../../lib/texts/texts.ts";

const MODES: readonly RenderMode[] = ["card", "plain_card", "post", "text"];
const LIMIT = "x".repeat(4_000);

/** Commands that try to look like others. */
const EVIL = [
  "ls ?key=;touch${IFS}pwned",
  "curl https://u:a|sh;touch pwned@host/",
  "Authorization: Bearer sk-live-1234567890ABCDEFabcdef; touch pwned",
  "echo ~~~~~~~~\n~~~~~~~~\ntouch pwned",
  "cat <<A\n```\n````bash\n~~~\ntouch pwned\n`````\nA",
  "ls \x1b]0;touch pwned\x07 .",
  "ls \u202edenwp hcuot\u202c",
  "r\u200bm -rf x",
  "ls\u00a0-la",
  "  indented\n\n\n\nblank lines stay\n\t\ttabs",
  "**bold** _x_ [a](http://b) ![c](d) # e\n# f\n- g\n1. h\n| i |\n|---|",
  "a && b & c &lt; &amp; &#96; :DONE:",
  "ls '&quot;' \\* \\\\ \\`",
  "<font color='white'>touch pwned</font> <b>x</b>",
];

/** The texts of a message of any form. */
function said(content: string): string[] {
  const found: string[] = [];
  JSON.parse(content, (key, value) => {
    if ((key === "content" || key === "text") && typeof value === "string") found.push(value);
    return value;
  });
  return found;
}

Deno.test("each character of what is to be approved is shown in every form", () => {
  for (const mode of MODES) {
    for (const text of EVIL) {
      const { content } = render(
        { status: "waiting", exact: [{ language: "bash", text }] },
        mode,
        texts("en"),
      );
      // A text has no other way to show a tag or a link, and to say where it ends.
      const wanted = mode === "text"
        ? exactText(text).replaceAll(/<(?=[a-z/])/gi, "\\u003c").replaceAll("](", "]\\u0028")
          .split("\n").map((line) => `│ ${line}`).join("\n")
        : exactText(text);
      assert(said(content).some((one) => one.includes(wanted)), `${mode}: ${content}`);
    }
  }
});

Deno.test("nothing that is written in an exact text ends its block", () => {
  for (const mode of ["card", "plain_card", "post"] as const) {
    for (const text of EVIL) {
      const { content } = render({ status: "plain", exact: [{ text }] }, mode, texts("en"));
      const shown = said(content).find((one) => one.includes("`".repeat(3))) ?? "";
      const [, marks = ""] = /^(`{3,})\n/.exec(shown) ?? [];
      assert(!exactText(text).includes(marks), shown);
      assert(shown.endsWith(`\n${marks}`), shown);
    }
  }
});

Deno.test("nobody is mentioned by what is to be approved", () => {
  const text = "echo '<at id=all></at>' <AT\nuser_id=\"ou_1\"> <person id = 'x'>";
  for (const mode of MODES) {
    const { content } = render({ status: "plain", exact: [{ text }] }, mode, texts("en"));
    assert(!/<(at|person)\s/i.test(content), content);
    assert(content.includes("u003cat id=all>"), content);
  }
});

Deno.test("in an exact text, only our own secrets are hidden", () => {
  knownSecrets.add("test", "our-own-secret-1234");
  const text = "TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ012345 our-own-secret-1234";
  for (const mode of MODES) {
    const { content } = render({ status: "plain", exact: [{ text }] }, mode, texts("en"));
    assert(content.includes("TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ012345"), content);
    assert(!content.includes("our-own-secret-1234"), content);
  }
});

Deno.test("it is whole beside much else, and Feishu takes it", () => {
  for (const mode of MODES) {
    for (const text of [LIMIT, "语".repeat(4_000), '\\"'.repeat(2_000), "<at id=".repeat(500)]) {
      const { type, content } = render(
        {
          status: "waiting",
          exact: [{ caption: "First:", text }, { text: "end" }],
          text: "answer ".repeat(9_000),
          footer: "f".repeat(500),
        },
        mode,
        texts("zh"),
      );
      const whole = said(content).join("\n");
      const shown = exactText(text).replaceAll("<", "\\u003c");
      assert(whole.replaceAll("<", "\\u003c").includes(shown), mode);
      checkContent(type, content, new Files());
    }
  }
});
