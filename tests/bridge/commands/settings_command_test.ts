/** `/settings` shows what a conversation and the bridge are set to, and changes what commands set. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseText } from "../../../lib/bridge/commands/parse.ts";
import { COMMANDS } from "../../../lib/bridge/commands/table.ts";
import { parseConfig, shownSettings } from "../../../lib/config.ts";
import { SETTINGS } from "../../../lib/settings.ts";
import type { Setting } from "../../../lib/base/setting.ts";
import { render } from "../../../lib/feishu/draw/render.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { CommandChat } from "./command_chat.ts";

const en = texts("en");
const VARIABLES = {
  FEISHU_APP_ID: "cli_0123456789abcdef",
  FEISHU_APP_SECRET: "very-secret",
  FEISHU_ALLOWED_USERS: "ou_someone",
  OPENCODE_URL: "http://me:password@localhost:4096",
  BRIDGE_ASK_TIMEOUT_S: "90",
  BRIDGE_ROOTS: "/a,/b",
};
const { config } = parseConfig(VARIABLES, { cwd: "/work", home: "/home/me" });

/** A conversation in which `/settings` is sent. */
function conversation() {
  const chat = new CommandChat({
    settings: { notify: "long", shown: shownSettings(config) },
    conversation: {
      turns: [],
      all: () => Promise.resolve([chat.record]),
      allowed: () => Promise.resolve([]),
    },
    agent: { models: () => Promise.resolve(["a/b", "a/c"]) },
  }, { model: "a/b" });
  return {
    chat,
    settings: async (argument: string) => (await chat.run("settings", argument)).view,
  };
}

Deno.test("it shows what each command has set here, with a button for each", async () => {
  const { text = "", buttons = [] } = await conversation().settings("");
  const setters = Object.entries(COMMANDS).filter(([, { current }]) => current).map(([name]) =>
    name
  );
  const names = [
    ...["cwd", "model", "effort", "agent", "lang", "notify", "render", "think", "group"],
    "budget",
  ];
  assertEquals(setters, names);
  assertEquals(buttons.map(({ label }) => label), setters.map((name) => `/${name}`));
  for (const line of ["`/cwd` `/work`", "`/model` `a/b`", "`/notify` –"]) {
    assert(text.includes(`- ${line}\n`) || text.includes(`- ${line}`), line);
  }
});

Deno.test("it shows all settings of the bridge but secrets and who may use it", async () => {
  const view = await conversation().settings("");
  const panel = view.panels?.[0]?.text ?? "";
  for (const setting of Object.values(SETTINGS)) {
    const { name, secret, private: isPrivate }: Setting<unknown> = setting;
    assertEquals(panel.includes(`\`${name}\``), !secret && !isPrivate, name);
  }
  assertMatch(panel, /`BRIDGE_ASK_TIMEOUT_S` `90`\n/);
  assertMatch(panel, /`BRIDGE_ROOTS` `\/a,\/b`\n/);
  for (const mode of ["card", "text"] as const) {
    const { content } = render(view, mode, en);
    assert(!/very-secret|ou_someone|password/.test(content));
  }
});

Deno.test("what is shown of a setting is what may be written for it", () => {
  const shown = shownSettings(config);
  for (const [key, { name, parse, url }] of Object.entries(SETTINGS)) {
    const text = shown.get(name);
    if (text === undefined || url) continue;
    assertEquals(parse(text), config[key as keyof typeof config], name);
  }
});

Deno.test("it changes what a command sets, like that command", async () => {
  const here = conversation();
  assertMatch((await here.settings("notify always")).text ?? "", /pings you here: always/);
  await here.settings("LANG zh");
  await here.settings("render post");
  await here.settings("model c");
  assertEquals(here.chat.record.preferences, { notify: "always", language: "zh", render: "post" });
  assertEquals(here.chat.record.model, "a/c");
  assertMatch((await here.settings("")).text ?? "", /`\/notify` `always`/);
  await here.settings("notify default");
  await here.settings("render default");
  assertEquals(here.chat.record.preferences, { language: "zh" });
  const before = here.chat.record;
  assertMatch(
    (await here.settings("notify loudly")).text ?? "",
    /not how `\/notify <when>` is written/,
  );
  assertMatch((await here.settings("colour red")).text ?? "", /not how `\/settings` is written/);
  assertMatch((await here.settings("status")).text ?? "", /not how `\/settings` is written/);
  assertEquals(here.chat.record, before);
});

Deno.test("it is written in both languages, and a sentence about settings is a prompt", () => {
  const cases = [["/settings", ""], ["/设置", ""], ["、设置 notify always。", "notify always"]];
  for (const [text = "", argument] of cases) {
    const parsed = parseText(text);
    assert(parsed.kind === "command", text);
    assertEquals([parsed.name, parsed.argument], ["settings", argument], text);
  }
  for (const text of ["/settings of the editor are wrong", "、设置一下代理"]) {
    assertEquals(parseText(text).kind, "prompt", text);
  }
});
