/** `/notify` shows and sets when a finished turn pings its person. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { CommandRequest } from "../../../lib/bridge/commands/command.ts";
import { notifyCommand } from "../../../lib/bridge/commands/notify_command.ts";
import { parseText } from "../../../lib/bridge/commands/parse.ts";
import type { ConversationRecord } from "../../../lib/model/conversation.ts";
import { NOTIFY_WHEN } from "../../../lib/model/settings.ts";
import { texts } from "../../../lib/texts/texts.ts";

const en = texts("en");

/** A conversation in which `/notify` is sent. */
function conversation({ runs = false } = {}) {
  const asked: string[] = [];
  let record: ConversationRecord = {
    ...{ key: "oc_1", chatId: "oc_1", chatType: "p2p", directory: "/", model: "a/b" },
  };
  return {
    get record() {
      return record;
    },
    asked,
    async notify(argument: string): Promise<string> {
      const request = {
        ...{ argument, texts: en, settings: { notify: "long" }, message: { sender: "ou_1" } },
        conversation: {
          record,
          awaitEnd: (openId: string, { isBuzz = false }) =>
            Promise.resolve(runs && asked.push(isBuzz ? `${openId}!` : openId) > 0),
        },
      } as unknown as CommandRequest;
      const result = await notifyCommand["notify"]?.run(request);
      record = result?.update?.(record) ?? record;
      const { answer } = result ?? {};
      return typeof answer === "string" ? answer : answer?.[0]?.text ?? "";
    },
  };
}

Deno.test("it is set for this conversation, shown, and taken back", async () => {
  const here = conversation();
  const before = here.record;
  assertMatch(
    await here.notify(""),
    /after more than a minute[^]*bridge's settings[^]*\/notify once/,
  );
  assertEquals(here.record, before);
  for (const when of NOTIFY_WHEN) {
    assert((await here.notify(when.toUpperCase())).includes(en.notifyWhen[when]));
    assertEquals(here.record, { ...before, preferences: { notify: when } });
    assert(!(await here.notify("")).includes("bridge's settings"));
  }
  assertMatch(await here.notify("default"), /after more than a minute/);
  assertEquals(here.record, before);
});

Deno.test("once is for the turn that runs, and for whoever wants to know", async () => {
  const idle = conversation();
  assertEquals(await idle.notify("once"), en.nothingRuns);
  const busy = conversation({ runs: true });
  assertEquals(await busy.notify("once"), en.notifiedOnce);
  assertEquals(await busy.notify("buzz"), en.notifiedOnce);
  assertEquals([busy.asked, busy.record.preferences], [["ou_1", "ou_1!"], undefined]);
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
