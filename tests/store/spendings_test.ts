/** What a turn has used up counts exactly once, whoever stores it and however often. */
import "../noon.ts";
import { assertEquals } from "@std/assert";
import { dayBefore, localDay } from "../../lib/base/time/local_day.ts";
import { total } from "../../lib/model/spending.ts";
import type { Spending } from "../../lib/model/spending.ts";
import type { TurnRecord } from "../../lib/model/turn.ts";
import { openStore } from "../../lib/store/open_store.ts";
import type { Store } from "../../lib/store/store.ts";
import { tempDir } from "../helpers.ts";
import { KvServer } from "../kv_server/kv_server.ts";

const run = {
  ...{ sessionId: "ses_1", directory: "/work", startedAt: 1 },
  ...{ userMessageId: "msg_1", partId: "prt_1" },
};

function turn(
  id: string,
  more: Partial<TurnRecord> & { readonly place?: string } = {},
): TurnRecord {
  const { place = "oc_1", ...rest } = more;
  const target = { chatId: place.split("/")[0] ?? "" };
  return {
    ...{ id, conversation: place, text: "x", messageId: `om_${id}`, sender: "ou_1", createdAt: 1 },
    slot: { uuid: "u", mode: "card", target },
    state: { kind: "posted", run },
    ...rest,
  };
}

const spent = (cost: number, tokens = 10): Spending => ({ cost, tokens, turns: 1 });
const today = () => localDay(Date.now());
const here = async (store: Store, chatId = "oc_1", threadId?: string) =>
  total(
    await store.spendings.in({ chatId, ...(threadId && { threadId }) }, {
      from: today(),
      to: today(),
    }),
  );

Deno.test("a turn counts once, however often its end is stored", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  await using _ = store;
  await store.commit({ turns: [turn("a")] });
  const ended = turn("a", { spent: spent(0.125) });
  for (let i = 0; i < 3; i++) await store.commit({ closed: [ended] });
  assertEquals(await here(store), { cost: 0.125, tokens: 10, turns: 1 });
  // What nobody has stored was counted, or never was a turn.
  await store.commit({ closed: [turn("b", { spent: spent(9) })] });
  assertEquals(await store.spendings.inAll(today()), { cost: 0.125, tokens: 10, turns: 1 });
});

Deno.test("a turn that stops later counts what it still uses up, and is one turn", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  await using _ = store;
  await store.commit({ turns: [turn("a")] });
  const stopping = turn("a", { state: { kind: "stopping", run }, spent: spent(0.5) });
  await store.commit({ turns: [stopping] });
  await store.commit({ turns: [stopping] });
  await store.commit({ closed: [{ ...stopping, spent: spent(0.75, 15) }] });
  assertEquals(await here(store), { cost: 0.75, tokens: 15, turns: 1 });
});

Deno.test("bridges add to the same sums at once, in a file and on a server, also when an answer is lost", async () => {
  await using dir = await tempDir();
  await using server = new KvServer();
  for (const kv of ["", server.url]) {
    const place = { stateDir: dir.path, kv, kvToken: server.token };
    const { store: one } = await openStore(place);
    await using _one = one;
    const { store: other } = await openStore(place);
    await using _other = other;
    const turns = Array.from(
      { length: 20 },
      (_, i) => turn(`t${i}`, { spent: spent(0.0000005, 1) }),
    );
    await one.commit({ turns: turns.map(({ spent: _, ...record }) => record) });
    Object.assign(server.faults, { requests: "lose", of: "atomic_write", times: 3 });
    await Promise.all(
      turns.map((turn, i) => (i % 2 === 0 ? one : other).commit({ closed: [turn] })),
    );
    // A cheap turn is not rounded away.
    assertEquals(await here(one), { cost: 0.00001, tokens: 20, turns: 20 });
    assertEquals(await other.spendings.inAll(today()), { cost: 0.00001, tokens: 20, turns: 20 });
  }
});

Deno.test("a chat's sums are those of its topics too; days are read and forgotten apart", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  await using _ = store;
  const now = Date.now;
  const day = today();
  const count = async (id: string, place: string, sender: string) => {
    await store.commit({ turns: [turn(id, { place, sender })] });
    await store.commit({ closed: [turn(id, { place, sender, spent: spent(1) })] });
  };
  try {
    Date.now = () => now() - 2 * 86_400_000;
    await count("a", "oc_1", "ou_1");
    Date.now = now;
    await count("b", "oc_1", "ou_1");
    await count("c", "oc_1/omt_1", "ou_2");
    await count("d", "oc_10", "ou_2");
  } finally {
    Date.now = now;
  }
  assertEquals((await here(store)).turns, 2);
  assertEquals((await here(store, "oc_1", "omt_1")).turns, 1);
  const entries = await store.spendings.everywhere({ from: dayBefore(day, 3), to: day });
  assertEquals(
    entries.map((
      { day: of, conversation, person, cost },
    ) => [of === day, conversation, person, cost]),
    [
      [false, "oc_1", "ou_1", 1],
      [true, "oc_1", "ou_1", 1],
      [true, "oc_1/omt_1", "ou_2", 1],
      [true, "oc_10", "ou_2", 1],
    ],
  );
  await store.spendings.sweep(day);
  assertEquals((await store.spendings.everywhere({ from: dayBefore(day, 3), to: day })).length, 3);
  assertEquals((await store.spendings.inAll(dayBefore(day, 2))).turns, 0);
  assertEquals((await store.spendings.inAll(day)).turns, 3);
});
