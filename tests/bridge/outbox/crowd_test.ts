/** SPEC 6: with 50 turns streaming at once, an edit leaves as soon as Feishu's limits let it. In virtual time. */
import { assert, assertEquals } from "@std/assert";
import { LiveMessage } from "../../../lib/bridge/outbox/live_message.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { apiName } from "../../../lib/feishu/rest/api_name.ts";
import type { Slot } from "../../../lib/model/slot.ts";
import { busiest } from "../../bench/busiest.ts";
import { type Shown, streamLag } from "../../bench/stream_lag.ts";
import { startMessenger } from "../../feishu/start_messenger.ts";
import { VirtualTime } from "../../virtual_time.ts";

const TOKEN_MS = 50;

/** So many messages grow by a token every 50 ms, for `ms`; they begin one after the other. */
async function crowd(people: number, { throttleMs, ms }: { throttleMs: number; ms: number }) {
  await using twin = await startTwin();
  using time = new VirtualTime();
  const { messenger: chat, signal, log, stop } = startMessenger(twin, { throttleMs });
  const written: number[] = [];
  const live = Array.from({ length: people }, (_, i) => {
    const { openId } = twin.addUser(`user ${i}`);
    const slot = chat.slot({ chatId: twin.directChat(openId).id });
    const holder = {
      slot: chat.markAttempted(slot),
      keepSlot: (slot: Slot) => Promise.resolve(void (holder.slot = slot)),
    };
    return new LiveMessage(holder, { chat, log, signal });
  });
  for (let tokens = 0; time.now < ms; tokens++) {
    const isBegun = (i: number) => i * 60 <= time.now;
    for (const one of live.filter((_, i) => isBegun(i))) {
      one.show(() => ({ status: "working", text: `token ${written.length} is the last` }), false);
    }
    written.push(time.now);
    await time.pass(TOKEN_MS);
  }
  const requests = twin.requests.map((request) => ({
    ...request,
    at: request.at - performance.timeOrigin - performance.now() + time.now,
  }));
  const edits = Map.groupBy(
    requests.filter(({ method }) => method === "PATCH"),
    ({ path }) => path,
  );
  const shown = [...edits.values()].map((edits) =>
    edits.map(({ at, body }): Shown => {
      const last = Number(/token (\d+) is/.exec(JSON.stringify(body))?.[1]);
      return { at, tokens: written.slice(0, last) };
    })
  );
  stop();
  await Promise.all(live.map((one) => one.stop()));
  return {
    lags: shown.map((requests) => streamLag(requests, written, throttleMs)),
    gaps: shown.map((requests) =>
      requests.filter(({ at }) => at > ms / 2).map(({ at }, i, all) => at - (all[i - 1]?.at ?? at))
    ),
    apis: [...Map.groupBy(requests, ({ method, path }) => apiName(method, path.slice(11))).values()]
      .map((calls) => calls.map(({ at }) => at)),
    refused: requests.filter(({ code }) => code !== 0),
  };
}

Deno.test("with 50 turns an edit leaves within 50 ms of when it may, and shows all there is", async () => {
  const { lags, refused } = await crowd(50, { throttleMs: 4_500, ms: 30_000 });
  const late = lags.flatMap(({ late }) => late);
  assert(late.length >= 250 && Math.max(...late) <= 50, `${late.length}: ${Math.max(...late)} ms`);
  assertEquals(refused, []);
});

Deno.test("with more than Feishu takes, each has its turn, shows all there is, and no limit is passed", async () => {
  const { lags, gaps, apis, refused } = await crowd(100, { throttleMs: 1_500, ms: 80_000 });
  assert(Math.max(...lags.flatMap(({ stale }) => stale)) <= 50);
  const longest = gaps.map((gaps) => Math.max(...gaps));
  assert(Math.max(...longest) <= 8_500 && Math.min(...longest) >= 7_500, `${longest}`);
  for (const calls of apis) assert(busiest(calls) <= 50 && busiest(calls, 60_000) <= 1_000);
  assertEquals(refused, []);
});
