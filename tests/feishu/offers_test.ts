/** What Feishu offers besides messages, against the twin. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { startTwin, type Twin } from "../../lib/demo/feishu_twin/twin.ts";
import { Offers } from "../../lib/feishu/offers.ts";
import type { Slot } from "../../lib/model/slot.ts";
import { feishuApi, memoryLog } from "../helpers.ts";

const { signal } = new AbortController();

function offers(
  twin: Twin,
  newest: () => string | undefined = () => undefined,
  isThrifty = () => false,
) {
  const log = memoryLog();
  const api = feishuApi(twin, log);
  return { api, log, offers: new Offers({ api, log, newest, isThrifty }) };
}

const calls = (twin: Twin) =>
  twin.requests.filter(({ path }) => !path.includes("/auth/"))
    .map(({ method, path }) => `${method} ${path.replace("/open-apis/", "")}`);

const COMMANDS = [
  { name: "new", descriptions: { en: "starts anew", zh: "新建" } },
  { name: "help", descriptions: { en: "shows the list", zh: "帮助" } },
];
const PANEL = "application/v7/app_slash_commands";

Deno.test("the slash panel gets the commands in both languages, later only what differs", async () => {
  await using twin = await startTwin({ extras: true });
  const foreign = { command_id: "c1", command: "lunch", description: { default_value: "?" } };
  twin.extras.addSlashCommand(foreign);
  const { offers: chat } = offers(twin);
  assertEquals(await chat.showCommands(COMMANDS, signal), "done");
  const [first, ...ours] = twin.extras.slashCommands;
  assertEquals(first, foreign);
  assertEquals(ours.map(({ command, description }) => ({ command, description })), [
    {
      command: "new",
      description: {
        default_value: "starts anew",
        i18n: { zh_cn: "新建", en_us: "starts anew" },
      },
    },
    {
      command: "help",
      description: {
        default_value: "shows the list",
        i18n: { zh_cn: "帮助", en_us: "shows the list" },
      },
    },
  ]);
  assertEquals(await chat.showCommands(COMMANDS, signal), "done");
  const changed = COMMANDS.map((one) =>
    one.name === "help" ? { ...one, descriptions: { ...one.descriptions, zh: "显示列表" } } : one
  );
  assertEquals(await chat.showCommands(changed, signal), "done");
  const help = ours[1]?.command_id;
  assertEquals(calls(twin), [
    ...[`GET ${PANEL}`, `POST ${PANEL}`, `POST ${PANEL}`],
    `GET ${PANEL}`,
    ...[`GET ${PANEL}`, `PATCH ${PANEL}/${help}`],
  ]);
  assertEquals(twin.extras.slashCommands.length, 3);
});

Deno.test("a missing scope costs one refused call and one line in the log", async () => {
  await using twin = await startTwin({ scopes: ["im:message:readonly"] });
  const slot: Slot = {
    ...{ uuid: "u", target: { chatId: twin.chat.id }, mode: "text" },
    ...{ messageId: "om_1", createdAt: twin.clock.now() },
  };
  const { log, offers: chat } = offers(twin, () => "om_1");
  const all = [
    () => chat.showCommands(COMMANDS, signal),
    () => chat.suggest(slot, ["continue"], signal),
    () => chat.divide(twin.chat.id, "New", "uuid", signal),
    () => chat.setOnTop({ chatId: "oc_1", chatType: "group" }, "ou_1", true, signal),
  ];
  for (const offer of all) {
    const before = calls(twin).length;
    for (const _ of [1, 2, 3]) assertEquals(await offer(), "refused");
    assertEquals(calls(twin).length, before + 1);
  }
  assertEquals(log.lines.length, all.length);
  for (const line of log.lines) assertStringIncludes(line, "the app lacks a scope");
});

Deno.test("without a response nothing is known, and the next offer is made again", async () => {
  await using twin = await startTwin({ extras: true });
  const { offers: chat } = offers(twin);
  const place = { chatId: twin.chat.id, chatType: "p2p" } as const;
  const { openId } = twin.user;
  twin.faults.fail({ match: /^PATCH/, loseAnswer: true });
  assertEquals(await chat.setOnTop(place, openId, true, signal), "unclear");
  twin.faults.fail({ match: /^PATCH/, status: 429 });
  assertEquals(await chat.setOnTop(place, openId, true, signal), "unclear");
  assertEquals(await chat.setOnTop(place, openId, false, signal), "done");
  assertEquals(twin.extras.isOnTop(place.chatId, openId), false);
});

Deno.test("a chat goes on top of one person's list, a direct one as well as a group", async () => {
  await using twin = await startTwin({ extras: true });
  const other = twin.addUser("Wei").openId;
  const group = twin.addGroup({ members: [twin.user.openId, other] });
  const { offers: chat } = offers(twin);
  for (const [chatId, chatType] of [[twin.chat.id, "p2p"], [group.id, "group"]] as const) {
    for (const isOnTop of [true, false]) {
      const place = { chatId, chatType };
      assertEquals(await chat.setOnTop(place, twin.user.openId, isOnTop, signal), "done");
      assertEquals(twin.extras.isOnTop(chatId, twin.user.openId), isOnTop);
      assertEquals(twin.extras.isOnTop(chatId, other), false);
    }
  }
});

Deno.test("follow-ups stand below the newest message; for an older one nothing is asked of Feishu", async () => {
  await using twin = await startTwin();
  let newest = "";
  let isThrifty = false;
  const { api, offers: chat } = offers(twin, () => newest, () => isThrifty);
  const target = { chatId: twin.chat.id };
  const content = { type: "text", content: JSON.stringify({ text: "hi" }) } as const;
  const { messageId, createdAt = 0 } = await api.send(target, content, "uuid", signal);
  newest = messageId;
  const slot: Slot = { uuid: "uuid", target, mode: "text", messageId, createdAt };
  assertEquals(await chat.suggest(slot, ["continue", "/diff"], signal), "done");
  assertEquals(twin.extras.followUps(twin.chat.id), ["continue", "/diff"]);
  const before = calls(twin).length;
  const old = { ...slot, createdAt: createdAt - 600_000 };
  assertEquals(await chat.suggest(old, ["continue"], signal), "refused");
  newest = "om_other";
  assertEquals(await chat.suggest(slot, ["continue"], signal), "refused");
  [newest, isThrifty] = [messageId, true];
  assertEquals(await chat.suggest(slot, ["continue"], signal), "refused");
  assertEquals(calls(twin).length, before);
  // The next message takes them away.
  twin.say({ text: "continue" });
  assertEquals(twin.extras.followUps(twin.chat.id), []);
});

Deno.test("a divider is drawn once, and is never taken for a message whose delivery was unclear", async () => {
  await using twin = await startTwin({ extras: true });
  const { api, offers: chat } = offers(twin);
  for (const _ of [1, 2]) {
    assertEquals(await chat.divide(twin.chat.id, "New session", "uuid", signal), "done");
  }
  assertEquals(twin.botMessages().map((one) => twin.plain(one)), ["── New session ──"]);
  const now = Date.now();
  const own = await api.ownMessages({ chatId: twin.chat.id }, now - 60_000, now + 60_000, signal);
  assertEquals(own, []);
  const group = twin.addGroup();
  assertEquals(await chat.divide(group.id, "New session", "other", signal), "refused");
  // A refusal for one chat says nothing about others.
  assertEquals(await chat.divide(twin.chat.id, "New session", "third", signal), "done");
});
