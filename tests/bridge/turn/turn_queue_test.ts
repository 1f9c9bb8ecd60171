import { assert, assertEquals, assertRejects } from "@std/assert";
import { type QueuedTurn, TurnQueue } from "../../../lib/bridge/turn/turn_queue.ts";
import { Tally } from "../../helpers.ts";

Deno.test("a long queue costs one edit an end, and no number that it shows is too low", async () => {
  const queue = new TurnQueue<QueuedTurn>({
    signal: new AbortController().signal,
    onError: () => {},
    giveUp: () => Promise.resolve(),
  });
  const COUNT = 30;
  const ran = new Tally();
  const gates = Array.from({ length: COUNT }, () => Promise.withResolvers<void>());
  /** What each turn shows to come before it. */
  const shown: number[] = [];
  let edits = 0;
  gates.forEach(({ promise }, i) => {
    queue.add({
      record: { state: { kind: "queued" } },
      stopping: undefined,
      run: async () => {
        ran.add();
        await promise;
      },
      showQueued: (before) => {
        shown[i] = before;
        edits++;
      },
      drop: () => Promise.resolve(),
      cancel: () => Promise.resolve(),
      takeBack: () => Promise.resolve(false),
      release: () => Promise.resolve(),
      resumeStop: () => {},
    });
  });
  assertEquals(shown.slice(1), Array.from({ length: COUNT - 1 }, (_, i) => i + 1));
  const placeholders = edits;
  for (const [i, { resolve }] of gates.entries()) {
    await ran.reached(i + 1);
    queue.turns.forEach((_, before) => assert(before === 0 || (shown[i + before] ?? 0) >= before));
    if (i + 1 < COUNT) assertEquals(shown[i + 1], 1);
    resolve();
  }
  assert(edits - placeholders < COUNT, String(edits));
});

Deno.test("what went into the running turn and was taken back is out once, however often it is called off", async () => {
  const queue = new TurnQueue<QueuedTurn>({
    signal: new AbortController().signal,
    onError: () => {},
    giveUp: () => Promise.resolve(),
  });
  const run = { sessionId: "s", directory: "/", userMessageId: "m", partId: "p", startedAt: 0 };
  const dropped = new Tally();
  const running = Promise.withResolvers<void>();
  const turn = (id: string, more: Partial<QueuedTurn["record"]> = {}): QueuedTurn => ({
    record: { id, state: { kind: "queued" }, ...more },
    stopping: undefined,
    run: () => running.promise,
    showQueued: () => {},
    drop: () => Promise.resolve(dropped.add()),
    cancel: () => Promise.resolve(),
    takeBack: () => Promise.resolve(true),
    release: () => Promise.resolve(),
    resumeStop: () => {},
  });
  const first = turn("first", { state: { kind: "posted", run } });
  const steered = turn("steered", { steers: "first", state: { kind: "posted", run } });
  const behind = turn("behind");
  for (const one of [first, behind, steered]) queue.add(one);
  await Promise.all([queue.drop(steered), queue.drop(steered)]);
  await dropped.reached(1);
  assertEquals(queue.turns.map(({ record }) => record.id), ["first", "behind"]);
  running.resolve();
  await queue.release();
});

Deno.test("a turn that was taken out of the queue ends, also if that could not be stored at first", async () => {
  const queue = new TurnQueue<QueuedTurn>({
    signal: new AbortController().signal,
    onError: () => {},
    giveUp: () => Promise.resolve(),
  });
  const running = Promise.withResolvers<void>();
  const dropped = new Tally();
  const turn = (run: () => Promise<void>): QueuedTurn => ({
    record: { state: { kind: "queued" } },
    stopping: undefined,
    run,
    showQueued: () => {},
    drop: () => Promise.resolve(dropped.add()),
    cancel: () => Promise.reject(new Error("not stored")),
    takeBack: () => Promise.resolve(false),
    release: () => Promise.resolve(),
    resumeStop: () => {},
  });
  const behind = turn(() => Promise.reject(new Error("it was called off")));
  queue.add(turn(() => running.promise));
  queue.add(behind);
  await assertRejects(() => queue.drop(behind), Error, "not stored");
  await dropped.reached(1);
  running.resolve();
  await queue.release();
  assertEquals(queue.turns, []);
});

Deno.test("a turn that the agent works at already goes before those that wait, and is dropped once", async () => {
  const queue = new TurnQueue<QueuedTurn>({
    signal: new AbortController().signal,
    onError: () => {},
    giveUp: () => Promise.resolve(),
  });
  const log: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const turn = (name: string, kind: "queued" | "posted"): QueuedTurn => {
    const gate = Promise.withResolvers<void>();
    gates.set(name, gate);
    const run = { sessionId: "s", directory: "/", userMessageId: name, partId: "p", startedAt: 0 };
    return {
      record: { state: kind === "queued" ? { kind } : { kind, run } },
      stopping: undefined,
      run: async () => {
        log.push(`run ${name}`);
        await gate.promise;
      },
      showQueued: () => {},
      drop: () => Promise.resolve(void log.push(`drop ${name}`)),
      cancel: () => {
        gate.resolve();
        return Promise.resolve(void log.push(`cancel ${name}`));
      },
      takeBack: () => Promise.resolve(false),
      release: () => Promise.resolve(),
      resumeStop: () => {},
    };
  };
  const [first, second, woken] = [
    turn("first", "queued"),
    turn("second", "queued"),
    turn("woken", "posted"),
  ];
  queue.add(first);
  queue.add(second);
  // The first one may wait for the session in which this one asks something.
  queue.add(woken);
  assertEquals(log, ["run first", "run woken"]);
  assertEquals(queue.turns, [woken, first, second]);
  await queue.drop(first, second);
  await queue.drop(first);
  assertEquals(log.slice(2), ["cancel first", "cancel second", "drop second"]);
  assertEquals(queue.turns, [woken]);
  gates.get("woken")?.resolve();
  await queue.release();
  assertEquals(queue.turns, []);
});

Deno.test("a turn that was sent before others and arrives after them goes before those that wait", async () => {
  const queue = new TurnQueue<QueuedTurn>({
    signal: new AbortController().signal,
    onError: () => {},
    giveUp: () => Promise.resolve(),
  });
  const ran: string[] = [];
  const shown = new Map<string, number>();
  const running = Promise.withResolvers<void>();
  const turn = (id: string, more: Partial<QueuedTurn["record"]>): QueuedTurn => ({
    record: { id, state: { kind: "queued" }, ...more },
    stopping: undefined,
    run: () => {
      ran.push(id);
      return running.promise;
    },
    showQueued: (before) => void shown.set(id, before),
    drop: () => Promise.resolve(),
    cancel: () => Promise.resolve(),
    takeBack: () => Promise.resolve(false),
    release: () => Promise.resolve(),
    resumeStop: () => {},
  });
  queue.add(turn("running", { sentAt: 9 }));
  queue.add(turn("fourth", { sentAt: 4 }));
  queue.add(turn("clicked", {}));
  queue.add(turn("yesterday", { sentAt: 1, isConfirmed: true }));
  queue.add(turn("second", { sentAt: 2 }));
  queue.add(turn("third", { sentAt: 3 }));
  queue.add(turn("fifth", { sentAt: 5 }));
  const order = ["running", "second", "third", "fourth", "clicked", "yesterday", "fifth"];
  assertEquals(queue.turns.map(({ record }) => record.id), order);
  assertEquals(order.slice(1).map((id) => shown.get(id)), [1, 2, 3, 4, 5, 6]);
  running.resolve();
  await queue.rested();
  assertEquals(ran, order);
});
