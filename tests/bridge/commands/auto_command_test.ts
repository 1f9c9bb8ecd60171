import { assertEquals, assertMatch } from "@std/assert";
import { CommandChat } from "./command_chat.ts";

Deno.test("/auto is on for as long as was said, from when it was sent, and of who sent it", async () => {
  const now = Date.now();
  const chat = new CommandChat();
  const auto = async (argument: string, { sender = "ou_1", ownsAgent = true } = {}) => {
    const message = { sender, receivedAt: now - 1_000 };
    return (await chat.run("auto", argument, { message, settings: { ownsAgent } })).text;
  };
  assertMatch(await auto(""), /^`\/auto` is off/);
  assertMatch(await auto("30m"), /For 29 min 59 s more, until \d\d:\d\d .* in this directory/);
  for (let i = 0; i < 2; i++) {
    const until = now - 1_000 + 30 * 60_000;
    const target = { chatId: "oc_1" };
    assertEquals(chat.record.auto, { until, by: "ou_1", directory: "/work", target });
    await auto("30m");
  }
  assertMatch(await auto("", { sender: "ou_2" }), /in the turns of `ou_1`/);
  for (const wrong of ["9h", "481m", "0m", "0h"]) assertMatch(await auto(wrong), /at most 8 hours/);
  assertEquals(chat.record.auto?.until, now - 1_000 + 30 * 60_000);
  assertMatch(await auto("8H"), /For 7 h 59 min/);
  assertMatch(await auto("1h", { ownsAgent: false }), /somebody else runs/);
  chat.record = { ...chat.record, directory: "/" };
  assertMatch(await auto("1h"), /much more than one project/);
  assertMatch(await auto(""), /^`\/auto` is off/, "it was for another directory");
  await auto("off");
  assertEquals(chat.record.auto, undefined);
});
