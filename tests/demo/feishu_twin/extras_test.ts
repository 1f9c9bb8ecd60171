/** The twin's slash panel, follow-ups, dividers, chats on top, and the events around chats. */
import { assertEquals } from "@std/assert";
import { object } from "../../../lib/base/json.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { connect, restApi, send } from "./client.ts";

Deno.test("the app hears who opens the chat, and of groups that it joins only with a scope", async () => {
  for (const extras of [false, true]) {
    await using twin = await startTwin({ extras });
    const heard: unknown[] = [];
    const hear = (type: string) => (event: unknown) => {
      const { chat_id, operator_id } = object(event);
      heard.push([type, chat_id, object(operator_id).open_id]);
    };
    const [opened, joined] = [
      "im.chat.access_event.bot_p2p_chat_entered_v1",
      "im.chat.member.bot.added_v1",
    ];
    using _link = await connect(twin, { [opened]: hear(opened), [joined]: hear(joined) });
    const { openId } = twin.user;
    const group = twin.addGroup().id;
    twin.extras.join(group, openId);
    twin.extras.openChat(openId);
    await twin.until(() => twin.acks.length === (extras ? 2 : 1));
    const expected = [[joined, group, openId], [opened, twin.chat.id, openId]];
    assertEquals(heard, extras ? expected : expected.slice(1));
  }
});

Deno.test("the twin counts the app's connections", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const count = async () => (await api("GET", "event/v1/connection")).data.online_instance_cnt;
  assertEquals(await count(), 0);
  using _one = await connect(twin, {});
  using _two = await connect(twin, {});
  assertEquals(await count(), 2);
});

Deno.test("follow-ups are for the newest message of the bot in a direct chat, for ten minutes", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const push = async (id: unknown, texts: string[]) => {
    const follow_ups = texts.map((content) => ({ content }));
    return (await api("POST", `im/v1/messages/${id}/push_follow_up`, { follow_ups })).code;
  };
  const { message_id: old } = (await send(api, twin, "text", { text: "old" })).data;
  const { message_id: id } = (await send(api, twin, "text", { text: "new" })).data;
  assertEquals(await push(old, ["a"]), 230001);
  assertEquals(await push(id, ["a", "b", "c"]), 0);
  for (const bad of [[], ["a", "b", "c", "d"], [""], ["x".repeat(201)]]) {
    assertEquals(await push(id, bad), 99992402);
  }
  twin.clock.advance(600_001);
  assertEquals(await push(id, ["a"]), 230001);
});

Deno.test("a divider has up to twenty characters, and the slash panel unique names without a slash", async () => {
  await using twin = await startTwin({ extras: true });
  const api = await restApi(twin);
  const divide = async (text: string) => {
    const content = { type: "divider", params: { divider_text: { text } } };
    return (await send(api, twin, "system", content)).code;
  };
  assertEquals([await divide("x".repeat(20)), await divide("x".repeat(21))], [0, 230001]);
  const path = `im/v1/messages/${twin.say({ text: "hello" })}/reply`;
  const content = JSON.stringify({ type: "divider", params: { divider_text: { text: "x" } } });
  assertEquals((await api("POST", path, { msg_type: "system", content })).code, 230001);
  const add = async (command: string) => {
    const body = { command, description: { default_value: "?" } };
    return (await api("POST", "application/v7/app_slash_commands", body)).code;
  };
  assertEquals([await add("new"), await add("new"), await add("/help")], [0, 99992402, 99992402]);
});
