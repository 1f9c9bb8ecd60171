import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { newId } from "../../../lib/base/ids.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { openStore } from "../../../lib/store/open_store.ts";
import { lockStateDir } from "../../../lib/store/state_dir.ts";
import { tempDir } from "../../helpers.ts";
import { start } from "./start_outbox.ts";

for (const [status, html] of [[502, true], [504, true], [500, false]] as const) {
  Deno.test(`a ${status} of a gateway (html: ${html}) is no refusal of the card`, async () => {
    await using twin = await startTwin();
    await using bridge = await start(twin);
    twin.faults.fail({ match: /POST .*messages/, status, html });
    await bridge.post(bridge.row({ status: "done", text: "x" }));
    await twin.until(() => twin.requests.length >= 2);
    await Promise.race([bridge.failures.reached(1), bridge.settled()]);
    bridge.outbox.retryNow();
    await bridge.settled();
    assertEquals(twin.botMessages().map(({ type }) => type), ["interactive"]);
  });
}

Deno.test("trouble that goes on is logged once, though each answer has a log id of its own", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  twin.faults.fail({ match: /POST .*messages/, status: 500, times: 3 });
  await bridge.post(bridge.row({ status: "done", text: "x" }));
  for (let times = 1; times <= 3; times++) {
    await bridge.failures.reached(times);
    bridge.outbox.retryNow();
  }
  await bridge.settled();
  const lines = bridge.log.lines.filter((line) => line.includes("is not delivered yet"));
  assertEquals(lines.map((line) => /WARN|DEBUG/i.exec(line)?.[0].toLowerCase()), [
    "warn",
    "debug",
    "debug",
  ]);
});

Deno.test("the store that takes the place of a damaged one is private too", async () => {
  await using dir = await tempDir();
  const held = await lockStateDir(dir.path);
  await Deno.writeTextFile(join(dir.path, "state.db"), "x".repeat(9000));
  const { store } = await openStore(dir.path);
  const mode = ((await Deno.stat(join(dir.path, "state.db"))).mode ?? 0) & 0o777;
  await store[Symbol.asyncDispose]();
  held[Symbol.dispose]();
  assertEquals(mode.toString(8), "600");
});

Deno.test("the rows of an answer of 1 MB fit into one commit", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  const slot = { uuid: "u", target: { chatId: "c" }, mode: "card" } as const;
  const rows = Array.from(
    { length: 125 },
    () => ({
      id: newId(),
      conversation: "c",
      slot,
      view: { status: "plain" as const, text: "x".repeat(8000) },
      createdAt: 1,
    }),
  );
  let error: unknown;
  await store.commit({ rows }).catch((e) => error = e);
  await store[Symbol.asyncDispose]();
  assert(error === undefined, String(error));
});
