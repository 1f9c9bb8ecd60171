import { assert, assertEquals, assertRejects } from "@std/assert";
import { NetworkError } from "../../lib/base/errors.ts";
import { object } from "../../lib/base/json.ts";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import type { Slot } from "../../lib/model/slot.ts";
import { restApi } from "../demo/feishu_twin/client.ts";
import { laterBy } from "../later_by.ts";
import { startMessenger } from "./start_messenger.ts";
import {
  begin,
  calls,
  changes,
  counts,
  creations,
  done,
  en,
  finished,
  isOn,
  minute,
  patches,
  refused,
  replacements,
  sends,
  shown,
  streaming,
  switches,
  working,
  writes,
} from "./typed_cards.ts";

const invalid = "Failed to create card content, ext=ErrCode: 11310; ErrMsg: cardid is invalid; ";

for (const [later, minutes] of [["a second", 1 / 60], ["three hours", 180]] as const) {
  Deno.test(`a crash in the middle, and ${later}: the same card is completed once`, async () => {
    await using twin = await startTwin({ cardkit: true });
    const card = startMessenger(twin, streaming).message();
    await card.grow(...begin, working("abc"));
    assert(isOn(twin));
    using _ = laterBy(minutes * minute);
    await startMessenger(twin, streaming).message(card.slot).end(done("whole"));
    assertEquals([shown(twin), isOn(twin)], [[finished("whole")], false]);
    assertEquals(refused(twin), []);
  });
}

for (const stage of ["growing", "final"] as const) {
  for (const [point, match] of [["before", creations], ["after", sends]] as const) {
    Deno.test(`a crash right ${point} the send of a card, then ${stage}: it is sent once`, async () => {
      for (const minutes of [0, 180]) {
        await using twin = await startTwin({ cardkit: true });
        const first = startMessenger(twin, {
          ...streaming,
          send: (send) => match === sends ? send : () => Promise.reject(lost),
        });
        const lost = new NetworkError("no answer", { service: "feishu", method: "POST" });
        const card = first.message();
        if (match === sends) twin.faults.fail({ match, loseAnswer: true });
        await assertRejects(() => card.show(working("a"), "growing"), NetworkError);
        const { card: entity } = card.slot;
        assert(entity !== undefined);
        using _ = laterBy(minutes * minute);
        const after = startMessenger(twin, streaming).message(card.slot);
        if (stage === "growing") await after.grow(...begin, working("ab.cd"));
        assertEquals(isOn(twin), stage === "growing" || match === sends);
        await after.end(done("whole"));
        assertEquals([shown(twin), isOn(twin)], [[finished("whole")], false]);
        assertEquals([after.slot.card, counts(twin)[0], refused(twin)], [entity, 1, []]);
        for (const { body, path } of calls(twin, sends)) {
          assertEquals(object(body).uuid, card.slot.uuid, path);
        }
      }
    });
  }
}

for (const stage of ["growing", "final"] as const) {
  for (const [code, msg] of [[230099, invalid], [230001, "x"], [230011, "withdrawn"]] as const) {
    Deno.test(`a sent card that Feishu refuses to send again (${code}), then ${stage}: it goes on`, async () => {
      await using twin = await startTwin({ cardkit: true });
      const { messenger, target, message } = startMessenger(twin, streaming);
      const replyTo = twin.say({ text: "prompt" });
      const card = message(messenger.slot({ ...target, replyTo }));
      twin.faults.fail({ match: sends, loseAnswer: true });
      await assertRejects(() => card.show(working("a"), "growing"), NetworkError);
      twin.faults.fail({ match: sends, status: 400, code, msg, times: 9 });
      const after = startMessenger(twin, streaming).message(card.slot);
      if (stage === "growing") await after.grow(...begin, working("ab.cd"));
      await after.end(done("whole"));
      assertEquals([shown(twin), isOn(twin)], [[finished("whole")], false]);
    });
  }
}

Deno.test("a card that may have been sent, where nobody can look, says that the answer is below", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  twin.faults.fail({ match: sends, loseAnswer: true });
  await assertRejects(() => card.show(working("a"), "growing"), NetworkError);
  twin.faults.fail({ match: sends, status: 400, code: 230099, msg: invalid });
  twin.faults.fail({ match: /GET .*messages/, status: 400, code: 230027, times: 9 });
  await card.grow(...begin);
  await card.end(done("whole"));
  assertEquals([shown(twin), isOn(twin)], [[en.answerBelow, finished("whole")], false]);
});

Deno.test("another bot's message is not taken for the one that a crash left in doubt", async () => {
  for (const stage of ["growing", "final"] as const) {
    await using twin = await startTwin({ cardkit: true });
    const lost = new NetworkError("no answer", { service: "feishu", method: "POST" });
    const send = () => () => Promise.reject(lost);
    const card = startMessenger(twin, { ...streaming, send }).message();
    await assertRejects(() => card.show(working("a"), "growing"), NetworkError);
    const sender = { id: "cli_00000000000000ff", id_type: "app_id", sender_type: "app" };
    const create_time = String(Date.now());
    const items = [{ message_id: "om_other", msg_type: "interactive", sender, create_time }];
    const body = JSON.stringify({ code: 0, msg: "", data: { items, has_more: false } });
    twin.faults.fail({ match: /GET .*messages/, status: 200, body, times: 9 });
    using _ = laterBy(180 * minute);
    const after = startMessenger(twin, streaming).message(card.slot);
    if (stage === "growing") await after.grow(working("ab"));
    await after.end(done("whole"));
    assertEquals(shown(twin), [finished("whole")]);
  }
});

Deno.test("a card that streams when the bridge dies goes on in the next run", async () => {
  await using twin = await startTwin({ cardkit: true });
  const before = startMessenger(twin, streaming).message();
  await before.grow(...begin);
  for (const [later, stream] of [[1_000, "auto"], [5_000, "patch"]] as const) {
    using _ = laterBy(later);
    const card = startMessenger(twin, { stream }).message(before.slot);
    await card.grow(working("ab.cd"), working("ab.cde"));
    await card.end(done("abcde"));
    assertEquals(shown(twin), [finished("abcde")]);
    assertEquals(refused(twin), []);
  }
  assertEquals(calls(twin, patches), []);
});

Deno.test("a message of an older version is patched: it made a card of one that was sent", async () => {
  await Promise.all((["auto", "patch"] as const).map(async (stream) => {
    await using twin = await startTwin({ cardkit: true });
    const sent = startMessenger(twin).message();
    await sent.grow(working("a"));
    const { uuid, target, mode, messageId } = sent.slot;
    const stored = { uuid, target, mode, messageId, edits: 3, streams: true };
    const card = startMessenger(twin, { stream }).message(stored as Slot);
    await card.grow(working("ab"), working("abc"));
    await card.end(done("abcd"));
    assertEquals(shown(twin), [finished("abcd")]);
    assertEquals(calls(twin, /cardkit/), []);
  }));
});

Deno.test("a message that an older version may have sent is no card of CardKit", async () => {
  for (const stage of ["growing", "final"] as const) {
    await using twin = await startTwin({ cardkit: true });
    const sent = startMessenger(twin).message();
    twin.faults.fail({ match: sends, loseAnswer: true });
    await assertRejects(() => sent.show(working("a"), "growing"), NetworkError);
    const card = startMessenger(twin, streaming).message(sent.slot);
    if (stage === "growing") await card.grow(working("ab"), working("abc"));
    await card.end(done("abcd"));
    assertEquals(shown(twin), [finished("abcd")]);
    assertEquals(calls(twin, /cardkit/), []);
  }
});

Deno.test("a sequence that somebody else used up is passed by", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  await card.grow(...begin);
  const api = await restApi(twin);
  const [last] = calls(twin, writes).slice(-1);
  const path = String(last?.path).replace("/open-apis/", "");
  const sequence = Number(object(last?.body).sequence) + 36_000;
  assertEquals((await api("PUT", path, { content: "abx", sequence })).code, 0);
  await card.grow(working("ab.cd"), working("ab.cde"));
  await card.end(done("abcde"));
  assertEquals(refused(twin), [300317]);
  assertEquals(shown(twin), [finished("abcde")]);
});

Deno.test("a sequence rises when the clock is set back between two runs, and stays an int32", async () => {
  await using twin = await startTwin({ cardkit: true });
  const before = startMessenger(twin, streaming).message();
  {
    using _ = laterBy(10 * 24 * 60 * minute);
    await before.grow(...begin);
  }
  for (const text of ["ab.cd", "ab.cde", "ab.cdef"]) {
    await startMessenger(twin, streaming).message(before.slot).grow(working(text));
  }
  using _ = laterBy(20 * 24 * 60 * minute);
  await startMessenger(twin, streaming).message(before.slot).end(done("whole"));
  assertEquals(shown(twin), [finished("whole")]);
  const sequences = calls(twin, changes).map(({ body }) => Number(object(body).sequence));
  assert(sequences.every((one) => one > 0 && one < 2 ** 31));
});

Deno.test("each step of an end is made once, however many of its calls fail", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  twin.faults.fail({ match: sends, loseAnswer: true });
  await assertRejects(() => card.show(working("a"), "growing"), NetworkError);
  for (const match of [switches, replacements]) {
    twin.faults.fail({ match, status: 500 });
    await assertRejects(() => card.show(done("whole")));
  }
  await card.show(done("whole"));
  assertEquals([shown(twin), isOn(twin)], [[finished("whole")], false]);
  // The send, the switch and the last card each failed once.
  assertEquals([sends, switches, replacements].map((one) => calls(twin, one).length), [2, 2, 2]);
});
