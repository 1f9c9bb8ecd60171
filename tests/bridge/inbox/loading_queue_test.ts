import { assert, assertEquals } from "@std/assert";
import { abortable } from "@std/async";
import { type LoadingOptions, LoadingQueue } from "../../../lib/bridge/inbox/loading_queue.ts";
import { until } from "../../until.ts";

/** A queue that slow messages hold up for 50 ms, and what happened in it. */
function start() {
  const stopping = new AbortController();
  const queue = new LoadingQueue(stopping.signal, 50);
  const events: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const add = (
    id: string,
    options: Pick<LoadingOptions, "isSlow" | "isOrdered" | "mayBePassed"> = {},
  ) => {
    const gate = Promise.withResolvers<void>();
    gates.set(id, gate);
    queue.add(id, async (signal) => {
      events.push(`${id} begins`);
      // A slow message's work can be called off, a commit cannot.
      await (options.isSlow ? abortable(gate.promise, signal) : gate.promise);
      events.push(`${id} ends`);
    }, {
      ...options,
      sender: "ou_1",
      createdAt: 1,
      onCalledOff: () => Promise.resolve(void events.push(`${id} is called off`)),
      onTooLate: () => Promise.resolve(void events.push(`${id} is taken back`)),
      onError: (error) => events.push(String(error)),
    });
  };
  return { queue, events, add, end: (id: string) => gates.get(id)?.resolve() };
}

Deno.test("what only ends in a question is passed at once, but not what comes before it", async () => {
  const { queue, events, add, end } = start();
  add("text");
  add("voice", { isSlow: true, mayBePassed: true });
  add("/new", { isOrdered: true });
  add("next");
  await until("the text begins", () => events.includes("text begins"));
  assertEquals(events, ["text begins"]);
  for (const id of ["text", "/new", "next"]) end(id);
  await until("all else is through", () => events.includes("next ends"));
  end("voice");
  await queue.settled();
  assertEquals(events.at(-1), "voice ends");
});

Deno.test("a message that takes long lets others pass after a while, but not what would affect it", async () => {
  const { queue, events, add, end } = start();
  add("file", { isSlow: true });
  add("text");
  add("/cwd", { isOrdered: true });
  await until("the text has passed", () => events.includes("text begins"));
  end("text");
  await until("the text is through", () => events.includes("text ends"));
  assert(!events.includes("/cwd begins"));
  end("file");
  end("/cwd");
  await queue.settled();
  assertEquals(events, [
    "file begins",
    "text begins",
    "text ends",
    "file ends",
    "/cwd begins",
    "/cwd ends",
  ]);
  assertEquals(queue.size, 0);
});

Deno.test("a message that is called off while its work ends is taken back", async () => {
  const { queue, events, add, end } = start();
  add("text");
  await until("it works", () => events.length === 1);
  assert(queue.callOff("text"));
  end("text");
  await queue.settled();
  assertEquals(events, ["text begins", "text ends", "text is taken back"]);
  assert(!queue.callOff("text"));
});

Deno.test("a message that is called off in the middle of its work does nothing more", async () => {
  const { queue, events, add } = start();
  add("file", { isSlow: true });
  await until("it works", () => events.length === 1);
  assert(queue.callOff("file"));
  await queue.settled();
  assertEquals(events, ["file begins", "file is called off"]);
});

Deno.test("a message learns whether another one follows it in time", async () => {
  const { queue, add, end } = start();
  const never = new AbortController().signal;
  add("file");
  assertEquals(await queue.isFollowed("file", 1, never), false);
  const followed = queue.isFollowed("file", 60_000, never);
  add("comment");
  assertEquals(await followed, true);
  assertEquals(await queue.isFollowed("file", 60_000, never), true);
  assertEquals(await queue.isFollowed("comment", 60_000, AbortSignal.abort()), false);
  end("file");
  end("comment");
  await queue.settled();
});
