import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { ApiError } from "../../../lib/base/errors.ts";
import { LiveMessage } from "../../../lib/bridge/outbox/live_message.ts";
import { newRow } from "../../../lib/model/ledger.ts";
import type { Growth } from "../../../lib/model/growth.ts";
import type { Slot } from "../../../lib/model/slot.ts";
import type { View } from "../../../lib/model/view.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { memoryLog } from "../../helpers.ts";
import { start } from "./start_outbox.ts";
import { until } from "../../until.ts";
import { VirtualTime } from "../../virtual_time.ts";

const en = texts("en");
const shown = (twin: Twin) => twin.botMessages().map((message) => twin.plain(message));

Deno.test("a post keeps edits for its end: the platform takes only twenty", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin, { mode: "post" });
  const live = bridge.live();
  let n = 0;
  const stopShowing = twin.onChange(({ kind }) => {
    if (kind === "message" || kind === "edit") {
      live.show(() => ({ status: "working", text: `${++n}` }));
    }
  });
  live.show(() => ({ status: "working" }));
  await twin.until(() => (twin.botMessages()[0]?.edits.length ?? 0) >= 15);
  const slot = await live.stop();
  stopShowing();
  const { chatId } = bridge.target;
  await bridge.post(newRow(chatId, slot, { status: "done", text: "whole" }));
  await bridge.settled();
  const [message] = twin.botMessages();
  assertEquals([twin.botMessages().length, message?.type], [1, "post"]);
  assert((message?.edits.length ?? 99) <= 20);
  assert(shown(twin)[0]?.includes("whole"));
});

Deno.test("a post that was edited twenty times is followed by a fresh one", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin, { mode: "text" });
  const row = bridge.row({ status: "plain", text: "first" });
  await bridge.post(row);
  await bridge.settled();
  const messageId = twin.botMessages()[0]?.id ?? "";
  twin.faults.fail({ match: /PUT/, status: 400, code: 230072 });
  const used = { ...row.slot, messageId, edits: 20 };
  await bridge.post(newRow(row.conversation, used, {
    status: "plain",
    text: "the end",
  }));
  await bridge.settled();
  assertEquals(shown(twin), ["first", "the end"]);
});

for (const mode of ["post", "text"] as const) {
  Deno.test(`a ${mode} takes its end also after lost answers and four restarts`, async () => {
    await using twin = await startTwin({ limits: { perMessage: 100 } });
    let slot: Slot | undefined;
    for (let run = 0; run < 5; run++) {
      await using bridge = await start(twin, { mode });
      slot ??= bridge.newSlot();
      const live = bridge.live(slot, (now) => {
        slot = now;
        return Promise.resolve();
      });
      const edits = () => twin.botMessages()[0]?.edits.length ?? 0;
      const before = edits();
      let n = 0;
      const stopShowing = twin.onChange(({ kind }) => {
        if (kind === "request") live.show(() => ({ status: "working", text: `${run}.${++n}` }));
      });
      live.show(() => ({ status: "working" }));
      if (run === 0) {
        await twin.until(() => edits() >= 8);
        twin.faults.fail({ match: /PUT/, loseAnswer: true });
        await twin.until(() => edits() >= 15);
      } else if (run < 3) {
        await twin.until(() => edits() > before);
      }
      stopShowing();
      await live.stop({ status: "interrupted", note: en.bridgeStopped });
    }
    await using bridge = await start(twin, { mode });
    const row = newRow(twin.chat.id, slot ?? bridge.newSlot(), {
      status: "done",
      text: "whole",
    });
    await bridge.post(row);
    await bridge.settled();
    const [message, ...more] = twin.botMessages();
    assertEquals([more, message?.type], [[], mode]);
    assert((message?.edits.length ?? 99) <= 20, `${message?.edits.length} edits`);
    assert(shown(twin)[0]?.includes("whole"));
    assert(twin.requests.every(({ code }) => code !== 230072));
  });
}

Deno.test("a view that looks the same makes no edit, and the first words after it come at once", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin, { throttleMs: 60_000 });
  const live = bridge.live();
  live.show(() => ({ status: "working" }));
  await twin.until(() => shown(twin).length === 1);
  const drawn = Promise.withResolvers<void>();
  live.show(() => {
    drawn.resolve();
    return { status: "working", text: "", tools: [], todos: [] };
  });
  await drawn.promise;
  live.show(() => ({ status: "working", text: "the first words" }));
  await twin.until(() => shown(twin)[0]?.includes("the first words"));
  await live.stop();
  assertEquals(twin.botMessages()[0]?.edits.length, 1);
});

Deno.test("a turn that waited in the queue begins afresh: its age and its edits count from then on", async () => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const asked: Growth[] = [];
  const shown: string[] = [];
  const shownAt = new Map<string, number>();
  const slot: Slot = { uuid: "u", target: { chatId: "c" }, mode: "card", messageId: "om" };
  let edits = 0;
  const holder = { slot, keepSlot: (slot: Slot) => Promise.resolve(void (holder.slot = slot)) };
  const live = new LiveMessage(holder, {
    log: memoryLog(),
    signal,
    chat: {
      markAttempted: (slot) => slot,
      waitToEdit: () => Promise.resolve(false),
      paceMs: (_slot, growth) => {
        asked.push(growth);
        return 1;
      },
      show: (slot, { text = "" }) => {
        shown.push(text);
        shownAt.set(text, performance.now());
        return Promise.resolve({ ...slot, edits: ++edits });
      },
    },
  });
  const show = async (view: View) => {
    live.show(() => view);
    while (shown.at(-1) !== view.text) await delay(1);
  };
  for (const text of ["3", "2", "1"]) await show({ status: "queued", text });
  await delay(50);
  const before = asked.length;
  const beganAt = performance.now();
  await show({ status: "working", text: "begins" });
  await show({ status: "working", text: "first words" });
  await show({ status: "working", text: "more" });
  const [first] = asked.slice(before).filter(({ edits }) => edits === 1);
  assert(first !== undefined);
  const most = (shownAt.get("first words") ?? NaN) - beganAt;
  assert(first.ageMs <= most, `${first.ageMs} ms of ${most}`);
  await live.stop();
  stopping.abort();
});

Deno.test("a step is shown at its own pace, and what only seems to be one at that of text", async () => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const shown: View[] = [];
  const slot: Slot = { uuid: "u", target: { chatId: "c" }, mode: "card", messageId: "om" };
  const holder = { slot, keepSlot: (slot: Slot) => Promise.resolve(void (holder.slot = slot)) };
  let drawn = 0;
  const live = new LiveMessage(holder, {
    log: memoryLog(),
    signal,
    chat: {
      markAttempted: (slot) => slot,
      waitToEdit: () => Promise.resolve(false),
      paceMs: (_slot, growth) => growth.isStep ? 1 : 3_600_000,
      show: (slot, view) => Promise.resolve({ ...slot, edits: shown.push(view) }),
    },
  });
  const until = async (condition: () => boolean) => {
    for (const end = Date.now() + 10_000; !condition();) {
      assert(Date.now() < end);
      await delay(1);
    }
  };
  const show = (view: View, isStep: boolean) =>
    live.show(() => {
      drawn++;
      return view;
    }, isStep);
  show({ status: "working", text: "a" }, true);
  await until(() => shown.length === 1);
  for (let i = 0; i < 100; i++) {
    show({ status: "working", text: `a ${i}` }, false);
    await delay(0);
  }
  // Text that has to wait is not even drawn.
  assertEquals([shown.length, drawn], [1, 1]);
  show({ status: "working", text: "b" }, true);
  await until(() => drawn === 2);
  show({ status: "waiting", text: "c" }, true);
  await until(() => shown.length === 2);
  assertEquals(shown[1], { status: "waiting", text: "c" });
  await live.stop();
  stopping.abort();
});

Deno.test("after a wait for the edits of others, the newest is shown, and only edits wait", async () => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const shown: (string | undefined)[] = [];
  const slot: Slot = { uuid: "u", target: { chatId: "c" }, mode: "card" };
  const holder = { slot, keepSlot: (slot: Slot) => Promise.resolve(void (holder.slot = slot)) };
  const line = [Promise.withResolvers<boolean>(), Promise.withResolvers<boolean>()];
  let waits = 0;
  const live = new LiveMessage(holder, {
    log: memoryLog(),
    signal,
    chat: {
      markAttempted: (slot) => slot,
      paceMs: () => 1,
      waitToEdit: () => line[waits++]?.promise ?? Promise.resolve(false),
      show: (slot, { text }) => {
        shown.push(text);
        return Promise.resolve({ ...slot, messageId: "om", edits: shown.length });
      },
    },
  });
  const until = async (condition: () => boolean) => {
    for (const end = Date.now() + 10_000; !condition();) {
      assert(Date.now() < end);
      await delay(1);
    }
  };
  live.show(() => ({ status: "working", text: "created" }));
  await until(() => shown.length === 1);
  assertEquals(waits, 0);
  live.show(() => ({ status: "working", text: "old" }));
  await until(() => waits === 1);
  live.show(() => ({ status: "working", text: "new" }));
  line[0]?.resolve(true);
  await until(() => shown.length === 2);
  live.show(() => ({ status: "working", text: "at once" }));
  line[1]?.resolve(false);
  await until(() => shown.length === 3);
  assertEquals([shown, waits], [["created", "new", "at once"], 2]);
  await live.stop();
  stopping.abort();
});

Deno.test("no error of a live message ends the program, and the next change is shown", async () => {
  const log = memoryLog();
  const stopping = new AbortController();
  const shown: string[] = [];
  const target = { chatId: "c" };
  let isBroken = true;
  const failing = (): never => {
    throw new TypeError("nobody expects this");
  };
  const holder = {
    slot: { uuid: "u", target, mode: "card" } as Slot,
    keepSlot: () => isBroken ? failing() : Promise.resolve(),
  };
  const live = new LiveMessage(holder, {
    log,
    signal: stopping.signal,
    chat: {
      markAttempted: (slot) => slot,
      waitToEdit: () => Promise.resolve(false),
      paceMs: () => isBroken ? failing() : 1,
      show: (slot, { text = "" }) => {
        if (isBroken) failing();
        shown.push(text);
        return Promise.resolve(slot);
      },
    },
  });
  live.show(() => ({ status: "working", text: "lost" }));
  const broken = () => log.lines.some((line) => line.includes("cannot show a turn"));
  const until = async (condition: () => boolean) => {
    const end = Date.now() + 10_000;
    while (!condition()) {
      assert(Date.now() < end, log.lines.join("\n"));
      await delay(5);
    }
  };
  await until(broken);
  isBroken = false;
  live.show(() => ({ status: "working", text: "seen" }));
  await until(() => shown.includes("seen"));
  await live.stop();
  stopping.abort();
});

Deno.test("a chat that takes no message for minutes is asked ever more rarely, however much there is to show", async () => {
  using time = new VirtualTime();
  const stopping = new AbortController();
  const limited = new ApiError("too many messages", {
    ...{ service: "feishu", method: "POST im/v1/messages", code: 230020 },
    ...{ retryable: true, retryAfterMs: 1_000 },
  });
  let attempts = 0;
  const slot: Slot = { uuid: "u", target: { chatId: "c" }, mode: "card" };
  const live = new LiveMessage({ slot, keepSlot: () => Promise.resolve() }, {
    log: memoryLog(),
    signal: stopping.signal,
    chat: {
      markAttempted: (slot) => slot,
      waitToEdit: () => Promise.resolve(false),
      paceMs: () => 1,
      show: () => {
        attempts++;
        return Promise.reject(limited);
      },
    },
  });
  for (let second = 0; second < 300; second++) {
    live.show(() => ({ status: "working", text: `${second}` }));
    await time.pass(1_000);
  }
  assert(attempts >= 20 && attempts < 50, `${attempts} attempts in five minutes`);
  stopping.abort();
  await live.stop();
});

Deno.test("without a view the message stays as it is", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const live = bridge.live();
  live.show(() => ({ status: "working", text: "one" }));
  await twin.until(() => /one/.test(shown(twin)[0] ?? ""));
  let asked = 0;
  live.show(() => {
    asked++;
    return undefined;
  });
  await until("it was asked for the view", () => asked > 0);
  live.show(() => ({ status: "working", text: "one two" }));
  await twin.until(() => /one two/.test(shown(twin)[0] ?? ""));
  await live.stop();
});
