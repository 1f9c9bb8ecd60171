/**
 * What becomes of answers as models write them. After a change that is meant, write the expected files
 * anew with `UPDATE_SNAPSHOTS=1`, and read the difference.
 */
import { assertEquals } from "@std/assert";
import { toFeishu } from "../../../lib/feishu/draw/markdown.ts";
import { render } from "../../../lib/feishu/draw/render.ts";
import type { RenderMode } from "../../../lib/model/slot.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { checkContent } from "../../../lib/demo/feishu_twin/content_rules.ts";
import { Files } from "../../../lib/demo/feishu_twin/files.ts";

const dir = new URL("../../fixtures/answers/", import.meta.url);
const names = [...Deno.readDirSync(dir)].map(({ name }) => name)
  .filter((name) => name.endsWith(".md") && !name.endsWith(".feishu.md")).sort();
const modes: RenderMode[] = ["card", "plain_card", "post", "text"];

for (const name of names) {
  Deno.test(`the answer ${name} reads well in Feishu, which takes each form of it`, () => {
    const text = Deno.readTextFileSync(new URL(name, dir));
    for (const mode of modes) {
      const { type, content } = render({ status: "done", text }, mode, texts("zh"));
      checkContent(type, content, new Files());
    }
    const expected = new URL(name.replace(/\.md$/, ".feishu.md"), dir);
    const shown = `${toFeishu(text)}\n`;
    if (Deno.env.get("UPDATE_SNAPSHOTS")) Deno.writeTextFileSync(expected, shown);
    assertEquals(shown, Deno.readTextFileSync(expected));
  });
}
