import { assertEquals, assertMatch } from "@std/assert";
import { AutoEnd } from "../../../lib/bridge/conversation/auto_end.ts";
import type { Effects } from "../../../lib/bridge/effects.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { Auto, ConversationRecord } from "../../../lib/model/conversation.ts";
import type { Target } from "../../../lib/model/place.ts";
import { openStore } from "../../../lib/store/open_store.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { tempDir } from "../../helpers.ts";
import { VirtualTime } from "../../virtual_time.ts";
import { startRouter } from "../start_router.ts";

const MINUTE_MS = 60_000;
const TOPIC: Target = { chatId: "oc_1", replyTo: "om_1", threadId: "omt_1" };

/** A conversation in which `/auto` is on or not; `run` begins a run of the program and resolves with what ends it. */
function conversation(auto: Auto | undefined) {
  const told: [id: string, target: Target, text: string | undefined][] = [];
  const world = {
    told,
    record: {
      ...{ key: "oc_1/omt_1", chatId: "oc_1", chatType: "group", directory: "/work" },
      ...(auto && { auto }),
    } as ConversationRecord,
    run: () => {
      const stopping = new AbortController();
      const end = new AutoEnd({
        ...{ conversation: world, texts: texts("en"), signal: stopping.signal },
        chat: { slot: (target, uuid = "u") => ({ uuid, target, mode: "card" }) },
        commitLater: (work: () => Promise<Effects>) =>
          void work().then(({ rows = [], update = (record) => record }) => {
            world.record = update(world.record);
            told.push(
              ...rows.map(({ id, slot, view }) => [id, slot.target, view.text] as const)
                .map(([id, target, text]): typeof told[number] => [id, target, text]),
            );
            end.look();
          }),
      });
      return { end, stop: () => stopping.abort() };
    },
  };
  return world;
}

Deno.test("the end of /auto is told when it comes, once, where it was asked for, whatever restarts", async () => {
  using time = new VirtualTime();
  const until = Date.now() + 30 * MINUTE_MS;
  const auto = { until, by: "ou_1", directory: "/work", target: TOPIC };
  const world = conversation(auto);
  const first = world.run();
  await time.pass(29 * MINUTE_MS);
  first.stop();
  const second = world.run();
  await time.pass(MINUTE_MS - 1);
  assertEquals(world.told, []);
  await time.pass(1);
  assertEquals(world.told, [[`auto-over-${until}`, TOPIC, texts("en").autoOver]]);
  assertEquals(world.record.auto, undefined);
  second.stop();
  const third = world.run();
  await time.pass(60 * MINUTE_MS);
  assertEquals(world.told.length, 1);
  third.stop();
});

Deno.test("an end that comes while nothing opens the conversation is told too, and only once", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  const chatId = twin.chat.id;
  const auto = { until: Date.now() + 300, by: "ou_1", directory: dir.path };
  const record = { key: chatId, chatId, chatType: "p2p", directory: dir.path, auto } as const;
  {
    const { store } = await openStore(dir.path);
    await using _store = store;
    await store.commit({ conversation: record });
  }
  for (let run = 0; run < 2; run++) {
    await using bridge = await startRouter(twin, { dir: dir.path });
    await bridge.router.resume();
    await twin.until(() => twin.botMessages()[0]);
    assertEquals((await bridge.store.conversation(chatId))?.auto, undefined);
  }
  const said = twin.botMessages().map((one) => twin.plain(one));
  assertEquals(said.length, 1);
  assertMatch(said[0] ?? "", /time of .*\/auto.* is over/);
});
