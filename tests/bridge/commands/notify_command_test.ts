/** `/notify` shows and sets when a finished turn pings its person. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseText } from "../../../lib/bridge/commands/parse.ts";
import { NOTIFY_WHEN } from "../../../lib/model/settings.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { CommandChat } from "./command_chat.ts";

const en = texts("en");

/** A conversation in which `/notify` is sent. */
function conversation({ runs = false } = {}) {
  const asked: string[] = [];
  const awaitEnd = (openId: string, { isBuzz = false }) =>
    Promise.resolve(runs && asked.push(isBuzz ? `${openId}!` : openId) > 0);
  const chat = new CommandChat({ settings: { notify: "long" }, conversation: { awaitEnd } });
  const notify = async (argument: string) => (await chat.run("notify", argument)).text;
  return { chat, asked, notify };
}

Deno.test("it is set for this conversation, shown, and taken back", async () => {
  const here = conversation();
  const before = here.chat.record;
  assertMatch(
    await here.notify(""),
    /after more than a minute[^]*bridge's settings[^]*\/notify once/,
  );
  assertEquals(here.chat.record, before);
  for (const when of NOTIFY_WHEN) {
    assert((await here.notify(when.toUpperCase())).includes(en.notifyWhen[when]));
    assertEquals(here.chat.record, { ...before, preferences: { notify: when } });
    assert(!(await here.notify("")).includes("bridge's settings"));
  }
  assertMatch(await here.notify("default"), /after more than a minute/);
  assertEquals(here.chat.record, before);
});

Deno.test("once is for the turn that runs, and for whoever wants to know", async () => {
  const idle = conversation();
  assertEquals(await idle.notify("once"), en.nothingRuns);
  const busy = conversation({ runs: true });
  assertEquals(await busy.notify("once"), en.notifiedOnce);
  assertEquals(await busy.notify("buzz"), en.notifiedOnce);
  assertEquals([busy.asked, busy.chat.record.preferences], [["ou_1", "ou_1!"], undefined]);
});

Deno.test("it is written in both languages, and a sentence about it is a prompt", () => {
  const cases = [
    ["/notify", ""],
    ["/notify Always", "Always"],
    ["／notify　ｎｅｖｅｒ。", "never"],
    ["/提醒", ""],
    ["/提醒 总是", "always"],
    ["/通知失败", "failed"],
    ["、提醒 一次。", "once"],
    ["/提醒 默认", "default"],
  ] as const;
  for (const [text, argument] of cases) {
    const parsed = parseText(text);
    assert(parsed.kind === "command", text);
    assertEquals([parsed.name, parsed.argument], ["notify", argument], text);
  }
  assertEquals(parseText("/notify me").kind, "misused");
  for (const text of ["/notify my boss when the build is done", "、提醒我明天开会"]) {
    assertEquals(parseText(text).kind, "prompt", text);
  }
});
