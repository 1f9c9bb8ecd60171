import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../lib/base/errors.ts";
import { newId } from "../../lib/base/ids.ts";
import type { LedgerRow } from "../../lib/model/ledger.ts";
import type { Kv } from "../../lib/store/kv/kv.ts";
import { type MoveOptions, moveState } from "../../lib/store/move_state.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { otherState } from "../../lib/store/other_state.ts";
import { SharedKv } from "../../lib/store/kv/shared_kv.ts";
import { tempDir } from "../helpers.ts";
import { emptyKv } from "../kv_server/empty_kv.ts";
import { incoming } from "./incoming.ts";

const row = (text: string): LedgerRow => ({
  id: newId(),
  conversation: "oc_1",
  slot: { uuid: "u", target: { chatId: "oc_1" }, mode: "card" },
  view: { status: "plain", text },
  createdAt: 1,
});

const STATE = {
  ...{ name: "server", instance: "i", home: "h", cwd: "/", directories: [], opencode: "" },
  ...{ version: "1", running: 0, at: 0 },
};

/** A state directory with a state, and a server without one. */
async function start() {
  const dir = await tempDir();
  const server = await emptyKv();
  const place = { stateDir: dir.path, kv: server.url, kvToken: server.token };
  const path = join(dir.path, "state.db");
  const { store } = await openStore(dir.path);
  await store.addPaired("ou_z");
  await new Promise((resolve) => setTimeout(resolve, 2));
  await store.addPaired("ou_a");
  await store.accept(incoming("om_1", { text: "长".repeat(150_000) }));
  await store.commit({ rows: Array.from({ length: 600 }, (_, i) => row(`${i}`)) });
  await store.once("happened", 60_000);
  await store[Symbol.asyncDispose]();
  const shared = await SharedKv.open({ url: server.url, token: server.token });
  return {
    ...{ dir, server, place, shared },
    /** Moves there, or back. */
    async move(direction: "to" | "from" = "to", more: Partial<MoveOptions> = {}): Promise<number> {
      const local = { kv: await Deno.openKv(path) as Kv, name: path };
      const far = { kv: shared as Kv, name: server.url };
      const [from, to] = direction === "to" ? [local, far] : [far, local];
      try {
        return await moveState({
          ...{ from, to, overwrite: false, beatMs: 100, onProgress: () => {} },
          signal: new AbortController().signal,
          ...(direction === "to" && { machine: "laptop" }),
          ...more,
        });
      } finally {
        await local.kv.close();
      }
    },
    /** What a bridge finds there. */
    async found(where: "shared" | "local") {
      const { store } = await openStore(where === "shared" ? place : dir.path);
      try {
        return {
          paired: (await store.paired()).map(({ openId }) => openId),
          inbox: (await store.inbox()).map(({ text }) => text.length),
          rows: (await store.rows()).map(({ view }) => view.text),
          happened: await store.happened("happened"),
        };
      } finally {
        await store[Symbol.asyncDispose]();
      }
    },
    /** Where the file says that its state was moved to. */
    async movedTo() {
      const { store, moved } = await openStore(dir.path);
      await store[Symbol.asyncDispose]();
      return moved;
    },
    async [Symbol.asyncDispose]() {
      await shared.close();
      await server[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a state is the same on a server and back, and each side knows that it moved", async () => {
  await using world = await start();
  const before = await world.found("local");
  assertEquals(before.rows.length, 600);
  const path = join(world.dir.path, "state.db");
  assertEquals(await otherState(world.dir.path, world.server.url), path);
  assert(await world.move() > 600);
  assertEquals(await world.found("shared"), before);
  // Whoever moved it has its conversations.
  const owners = await Array.fromAsync(world.shared.list({ prefix: ["owner"] }));
  assertEquals(owners.map(({ key, value }) => [key[1], value]), [["oc_1", { machine: "laptop" }]]);
  assertEquals(await otherState(world.dir.path, world.server.url), undefined);
  assertEquals(await world.movedTo(), world.server.url);
  await assertRejects(() => world.move("from"), UsageError, "--overwrite deletes it");
  await world.move("from", { overwrite: true });
  assertEquals(await world.found("local"), before);
  assertEquals(await world.movedTo(), undefined);
});

Deno.test("the sums of many topics are moved, though their keys are long", async () => {
  await using world = await start();
  const chat = `oc_${"a".repeat(32)}`;
  const local = await Deno.openKv(join(world.dir.path, "state.db"));
  for (let topic = 100; topic < 700; topic++) {
    const conversation = `${chat}/omt_${String(topic).repeat(10)}`;
    const key = ["spent", "2026-11-29", chat, conversation, `ou_${"b".repeat(32)}`, "tokens"];
    await local.atomic().sum(key, 1n).commit();
  }
  local.close();
  await world.move();
  const moved = await Array.fromAsync(world.shared.list({ prefix: ["spent"] }));
  assertEquals(moved.length, 600);
});

Deno.test("a move that ends halfway leaves the source, and a target that no bridge opens", async () => {
  await using world = await start();
  const before = await world.found("local");
  const stop = () => {
    throw new Error("killed");
  };
  await assertRejects(() => world.move("to", { onProgress: stop }), Error, "killed");
  await assertRejects(() => openStore(world.place), UsageError, "only a part of a state");
  await assertRejects(() => world.move("from", { overwrite: true }), UsageError, "only a part");
  assertEquals(await world.found("local"), before);
  await world.move();
  assertEquals(await world.found("shared"), before);
});

Deno.test("a place that holds a state is not overwritten, and a state in use is not moved", async () => {
  await using world = await start();
  await world.move();
  await assertRejects(() => world.move(), UsageError, "There is a state in");
  await world.move("to", { overwrite: true });
  const { store } = await openStore(world.place, "server");
  const beat = () => store.shared?.writeMachine(STATE, version);
  let version: string | null = null;
  version = await beat() ?? null;
  let beating = Promise.resolve();
  const alive = setInterval(() => {
    beating = beating.then(async () => void (version = await beat() ?? null));
  }, 50);
  await assertRejects(
    () => world.move("to", { overwrite: true, beatMs: 300 }),
    UsageError,
    "The bridge on server uses http",
  );
  const signal = AbortSignal.abort(new Error("the server is away"));
  const slow = { overwrite: true, beatMs: 60_000, signal };
  await assertRejects(() => world.move("to", slow), Error, "the server is away");
  clearInterval(alive);
  await beating;
  await store[Symbol.asyncDispose]();
  // One that has crashed gives no sign of life.
  await world.move("from", { overwrite: true });
  await using dir = await tempDir();
  const kv = await Deno.openKv(join(dir.path, "empty.db"));
  const empty = { kv: kv as Kv, name: "empty.db" };
  await assertRejects(() => world.move("to", { from: empty, to: empty }), UsageError, "no state");
  kv.close();
});

Deno.test("the calls of the month are counted together on a server and back", async () => {
  await using world = await start();
  const record = (calls: number) => ({ month: "2026-11", calls, day: "2026-11-28", today: 0 });
  const countsOf = async (
    place: Parameters<typeof openStore>[0],
    { machine, calls }: { machine?: string; calls?: number } = {},
  ) => {
    const { store } = await openStore(place, machine);
    if (calls !== undefined) await store.calls.save(record(calls));
    const counts = [await store.calls.read(), ...await store.calls.others()].map((one) =>
      one?.calls
    );
    await store[Symbol.asyncDispose]();
    return counts;
  };
  assertEquals(await countsOf(world.dir.path, { calls: 5 }), [5]);
  await world.move();
  assertEquals(await countsOf(world.place, { machine: "laptop", calls: 7 }), [7, 5]);
  assertEquals(await countsOf(world.place, { machine: "server", calls: 9 }), [9, 5, 7]);
  await world.move("from", { overwrite: true });
  assertEquals(await countsOf(world.dir.path), [5, 7, 9]);
});
