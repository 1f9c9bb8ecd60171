/** The fixture is a state database as version 0.1.0 wrote it. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { openStore } from "../../lib/store/open_store.ts";
import { tempDir } from "../helpers.ts";

const FIXTURE = new URL("../fixtures/store-1/state.db", import.meta.url);

Deno.test("a store of the first version is read whole, and stays readable when it is written again", async () => {
  await using dir = await tempDir();
  await Deno.copyFile(FIXTURE, join(dir.path, "state.db"));
  for (let start = 0; start < 2; start++) {
    const { store, setAside } = await openStore(dir.path);
    await using _ = store;
    assertEquals(setAside, undefined);
    const [posted, begun, queued, ...more] = await store.turns();
    assert(posted !== undefined && begun !== undefined && queued !== undefined);
    assertEquals(more, []);
    const run = {
      sessionId: "ses_1",
      directory: "/srv/project",
      userMessageId: "msg_1",
      partId: "prt_1",
      startedAt: Date.UTC(2026, 10, 27, 12) + 1,
      model: "scripted/one",
      agent: "plan",
    };
    assertEquals(posted.state, { kind: "posted", run });
    assertEquals(posted.slot.messageId, "om_card1");
    assertEquals(begun.state, {
      kind: "begun",
      run: { ...run, userMessageId: "msg_2", partId: "prt_2" },
    });
    assertEquals([begun.cancelled, begun.slot.messageId], [true, undefined]);
    assertEquals(queued.state, { kind: "queued" });
    assertEquals(queued.task, { kind: "command", name: "review", arguments: "main" });
    assertEquals([queued.round, queued.answers, queued.files?.length], [2, "ask-t0", 1]);
    assertEquals(
      (await store.inbox()).map(({ text, mentionsBot, missed }) => [text, mentionsBot, missed]),
      [
        ["in the inbox", false, true],
      ],
    );
    assertEquals(
      (await store.rows()).map(({ id, keep, memo, view }) => [id, keep, memo?.round, view.status]),
      [
        ["t0.000", undefined, undefined, "done"],
        ["ask-t0", true, 1, "waiting"],
        ["long", undefined, undefined, "plain"],
      ],
    );
    const conversation = await store.conversation("oc_direct");
    assertEquals([conversation?.sessionId, conversation?.agent, conversation?.files?.length], [
      "ses_1",
      "plan",
      1,
    ]);
    assertEquals((await store.conversations()).length, 2);
    assertEquals(await store.paired(), [{ openId: "ou_ann", since: 0 }]);
    assert(!await store.markSeen({ chatId: "oc_direct", messageId: "om_seen" }, 1));
    assertEquals(await store.lastAlive(), Date.UTC(2026, 10, 27, 12));
    // As it is now it is written in today's form.
    await store.commit({ turns: [posted, begun, queued] });
  }
});
