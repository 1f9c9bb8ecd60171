/** A bridge that has met very many topics keeps none of them open. In virtual time. */
import { assert, assertEquals } from "@std/assert";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { startRouter } from "../bridge/start_router.ts";
import { collectGarbage } from "../collect_garbage.ts";
import { VirtualTime } from "../virtual_time.ts";

const TOPICS = 2_000;
const GROUPS = 40;
const HOUR = 3_600_000;

Deno.test("of 2 000 topics with a message each, none is open some hours later, and each goes on", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin);
  const { conversations } = world.router;
  const groups = Array.from({ length: GROUPS }, () => twin.addGroup().id);
  const { setTimeout } = globalThis;
  using time = new VirtualTime();
  const answers = () => groups.reduce((sum, id) => sum + twin.botMessages(id).length, 0);
  /** Lets time pass until so much has happened, but not for days. */
  const passUntil = async (stepMs: number, condition: () => boolean | Promise<boolean>) => {
    const end = time.now + 24 * HOUR;
    while (!await condition()) {
      assert(time.now < end, `${answers()} answers, ${conversations.keys().length} open`);
      await time.pass(stepMs);
      // The store takes real time. Nothing is to become late meanwhile.
      await new Promise<void>((resolve) => void setTimeout(resolve, 1));
    }
  };
  const noneIsOpen = async () => {
    await collectGarbage();
    return conversations.keys().length === 0;
  };
  const topics: { readonly chat: string; readonly thread: string }[] = [];
  for (let n = 0; n < TOPICS; n++) {
    const chat = groups[n % GROUPS] ?? "";
    const id = twin.say({ text: "/help", chat, thread: "new" });
    await world.receive(id);
    topics.push({ chat, thread: twin.message(id).threadId ?? "" });
  }
  await passUntil(100, () => answers() === TOPICS);
  assertEquals(conversations.keys().length, TOPICS);
  const running = conversations.run();
  await passUntil(HOUR, noneIsOpen);
  for (const { chat, thread } of topics.slice(0, 10)) {
    await world.receive(twin.say({ text: "/help", chat, thread }));
  }
  await passUntil(100, () => answers() === TOPICS + 10);
  assertEquals(conversations.keys().length, 10);
  await passUntil(HOUR, noneIsOpen);
  void running;
});
