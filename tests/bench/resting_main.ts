/**
 * Opens so many conversations, lets them go, and prints what both have added to the heap, in bytes, as `{open, rested}`.
 */
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { startRouter } from "../bridge/start_router.ts";
import { collectGarbage } from "../collect_garbage.ts";

async function heap(): Promise<number> {
  await collectGarbage();
  return Deno.memoryUsage().heapUsed;
}

async function measure(count: number): Promise<{ open: number; rested: number }> {
  await using twin = await startTwin();
  await using world = await startRouter(twin);
  const { conversations } = world.router;
  const { id: chatId } = twin.addGroup();
  const open = async (from: number, to: number) => {
    for (let n = from; n < to; n++) {
      const place = { chatId, chatType: "group", threadId: `omt_${n}` } as const;
      await (await conversations.get(place)).commit({ update: (record) => record });
    }
  };
  const letGo = () => {
    conversations.letGo();
    conversations.letGo();
  };
  // What is made once.
  await open(0, 100);
  letGo();
  const before = await heap();
  await open(100, 100 + count);
  const during = await heap();
  letGo();
  await collectGarbage();
  letGo();
  return { open: during - before, rested: await heap() - before };
}

if (import.meta.main) {
  const measured = await measure(Number(Deno.args[0]));
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(measured)));
}
