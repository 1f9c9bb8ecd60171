import { assert, assertEquals } from "@std/assert";
import { Languages } from "../../../lib/bridge/places/languages.ts";
import { KnownPreferences } from "../../../lib/bridge/places/preferences.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { tempDir } from "../../helpers.ts";
import { startRouter } from "../start_router.ts";

const [en, zh] = [texts("en"), texts("zh")];

Deno.test("a conversation's sentences follow its language, and nobody else's", () => {
  const preferences = new KnownPreferences([{ key: "stored", preferences: { language: "zh" } }]);
  const languages = new Languages("en", preferences);
  const [stored, other] = [languages.textsOf("stored"), languages.textsOf("other")];
  const greet = (one: typeof en) => [one.turnOver, one.status.done, one.statusQueue(2)];
  assertEquals([greet(stored), greet(other)], [greet(zh), greet(en)]);
  preferences.note({ key: "other", preferences: { language: "zh" } });
  preferences.note({ key: "stored" });
  assertEquals([greet(stored), greet(other)], [greet(en), greet(zh)]);
  // A newer version of the program may know more languages.
  preferences.note({ key: "other", preferences: Object({ language: "ja" }) });
  assertEquals(greet(other), greet(en));
  // Whatever hands them on.
  assertEquals({ ...stored }.turnOver, en.turnOver);
});

Deno.test("/lang changes the language of one chat for everyone in it, over a restart", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  const group = twin.addGroup().id;
  const shown = (chat: string) => twin.botMessages(chat).map((one) => twin.plain(one));
  const world = () => startRouter(twin, { dir: dir.path, language: "en" });
  const other = twin.addUser("Other").openId;
  const asked: [by: string, text: string, answer: RegExp][] = [
    [twin.user.openId, "/lang", new RegExp(`^${en.languageIs(true)}\n`)],
    [twin.user.openId, "/lang ZH", new RegExp(`^${zh.languageIs(false)}$`)],
    [other, "/cwd", new RegExp(`^${zh.cwdIs("/tmp")}$`)],
    [other, "/lang", new RegExp(`^${zh.languageIs(false)}\n`)],
    [other, "/lang french", /写法不对/],
    [other, "/status", new RegExp(`^- ${zh.statusLanguage(false)}$`, "m")],
  ];
  const after: typeof asked = [
    [other, "/cwd", new RegExp(`^${zh.cwdIs("/tmp")}$`)],
    [twin.user.openId, "/语言 英文", new RegExp(`^${en.languageIs(false)}$`)],
    [other, "、lang 中文", new RegExp(`^${zh.languageIs(false)}$`)],
    [other, "/lang auto", new RegExp(`^${en.languageIs(true).replace(".", "\\.")}$`)],
    [other, "/new", new RegExp(`^${en.newSession("/tmp")}$`)],
  ];
  for (const cases of [asked, after]) {
    await using bridge = await world();
    for (const [user, text, answer] of cases) {
      const before = shown(group).length;
      await bridge.receive(twin.say({ text, user, chat: group, mentionBot: true }), { text });
      const said = await twin.until(() => shown(group)[before]);
      assert(answer.test(said), `${text}: ${said}`);
    }
    // The direct chat has its own.
    const before = shown(twin.chat.id).length;
    await bridge.receive(twin.say({ text: "/cwd" }));
    assertEquals(await twin.until(() => shown(twin.chat.id)[before]), en.cwdIs("/tmp"));
  }
});

Deno.test("asks, toasts and strangers have the language of the chat", async () => {
  await using twin = await startTwin();
  const { openId } = twin.user;
  const allowed = { kind: "list", openIds: [openId] } as const;
  await using bridge = await startRouter(twin, { language: "en", allowed });
  const group = twin.addGroup().id;
  const say = (text: string, user: string, more = {}) =>
    bridge.receive(twin.say({ text, user, chat: group, mentionBot: true }), { text, ...more });
  const sees = (pattern: RegExp) =>
    twin.until(() => twin.botMessages(group).find((one) => pattern.test(twin.plain(one))));
  await say("/lang zh", openId);
  await sees(new RegExp(zh.languageIs(false)));
  await say("a late prompt", openId, { createdAt: Date.now() - 3_600_000 });
  const card = await sees(new RegExp(zh.lateQuestion));
  const stranger = twin.addUser("Stranger").openId;
  assertEquals(await bridge.click(card, zh.lateSkip, stranger), zh.stranger(stranger));
  assertEquals(await bridge.click(card, zh.lateSkip, openId), zh.lateSkip);
  await sees(new RegExp(zh.lateSkipped));
  await say("hello", stranger);
  await sees(new RegExp(zh.stranger(stranger)));
});
