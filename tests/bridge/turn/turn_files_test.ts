/** What the agent sends arrives once, whatever is repeated. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { TurnFiles } from "../../../lib/bridge/turn/turn_files.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { AgentToolCall } from "../../../lib/model/agent_tool.ts";
import type { SentFile, TurnRecord } from "../../../lib/model/turn.ts";
import { tempDir } from "../../helpers.ts";
import { startBridge } from "../start_services.ts";

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A turn in a directory of its own, whose files go to the twin. */
async function startFiles() {
  const twin = await startTwin();
  const bridge = await startBridge(twin);
  const { services, store } = bridge;
  const project = await tempDir();
  const run = {
    ...{ sessionId: "ses_1", directory: project.path, userMessageId: "msg_1", partId: "prt_1" },
    startedAt: 1,
  };
  const slot = services.chat.slot({ chatId: twin.chat.id });
  let turn: TurnRecord = {
    ...{ id: "turn-1", conversation: twin.chat.id, messageId: "om_1", sender: "ou_1" },
    ...{ createdAt: 1, text: "", slot, state: { kind: "posted", run } },
  };
  let isOver = false;
  let isFull = false;
  const open = () =>
    new TurnFiles({
      ...services,
      conversation: {
        commit: (effects) =>
          isFull ? Promise.reject(new Error("the disk is full")) : store.commit(effects),
      },
      turn: () => turn,
      isOver: () => isOver,
      note: (sent: readonly SentFile[]) => turn = { ...turn, sent },
    });
  let calls = 0;
  const call = (path: string, more: Partial<AgentToolCall> & { caption?: string } = {}) => ({
    ...{ tool: "send_file", sessionId: "ses_1", userMessageId: "msg_1", callId: `c${++calls}` },
    input: { path, ...(more.caption !== undefined && { caption: more.caption }) },
    ...more,
  });
  return {
    twin,
    open,
    call,
    put: (name: string, content: string | Uint8Array) =>
      Deno.writeFile(
        join(project.path, name),
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      ),
    remove: (name: string) => Deno.remove(join(project.path, name)),
    end: () => isOver = true,
    fill: (full: boolean) => isFull = full,
    /** The program ends and starts again: only what is stored is left. */
    restart: async () => {
      [turn = turn] = await store.turns();
    },
    /** The bot's messages, oldest first, once there are so many and no row is left. */
    shown: async (count: number) => {
      await twin.until(() => twin.botMessages().length >= count);
      await services.outbox.settled();
      assertEquals((await store.rows()).length, 0);
      return twin.botMessages().map((message) => {
        const { file_key, image_key } = JSON.parse(JSON.stringify(message.content));
        const file = twin.file(file_key ?? image_key ?? "");
        return file ? `${message.type} ${file.name}` : twin.plain(message);
      });
    },
    [Symbol.asyncDispose]: async () => {
      bridge.stop();
      await bridge[Symbol.asyncDispose]();
      await project[Symbol.asyncDispose]();
      await twin.close();
    },
  };
}

Deno.test("a file is copied when it is sent: what becomes of it later does not matter", async () => {
  await using world = await startFiles();
  const files = world.open();
  await world.put("report.md", "as it was");
  const { text } = await files.answer(world.call("report.md", { caption: "The report:" }));
  assertEquals(text, "Sent to the user's chat: report.md, 9 bytes.");
  await world.remove("report.md");
  assertEquals(await world.shown(2), ["The report:", "file report.md"]);
});

Deno.test("a call that is repeated, also after a restart, sends once", async () => {
  await using world = await startFiles();
  await world.put("a.txt", "a");
  const call = world.call("a.txt");
  assertMatch((await world.open().answer(call)).text, /^Sent/);
  await world.restart();
  assertMatch((await world.open().answer(call)).text, /already sent/);
  // The model has not heard of the first one, and makes another call.
  assertMatch((await world.open().answer(world.call("./a.txt"))).text, /already sent/);
  const both = world.open();
  await world.put("b.txt", "b");
  await Promise.all([both.answer(world.call("b.txt")), both.answer(world.call("b.txt"))]);
  await world.put("a.txt", "another a");
  assertMatch((await world.open().answer(world.call("a.txt"))).text, /^Sent/);
  assertEquals(await world.shown(3), ["file a.txt", "file b.txt", "file a.txt"]);
});

Deno.test("pictures of tools and of the agent are shown once, and only if they are some", async () => {
  await using world = await startFiles();
  const files = world.open();
  const shot = { key: "m.c.0", mime: "image/png", base64: PNG };
  files.show([shot, { ...shot, key: "m.d.0" }, { ...shot, key: "x", base64: btoa("no picture") }]);
  files.show([shot]);
  await files.settled();
  await world.put("picture.png", Uint8Array.fromBase64(PNG));
  await world.put("text.png", "no picture");
  const tool = "send_image";
  assertMatch((await files.answer(world.call("picture.png", { tool }))).text, /already sent/);
  await world.put("shot", new Uint8Array([...Uint8Array.fromBase64(PNG), 0]));
  assertMatch((await files.answer(world.call("shot", { tool }))).text, /^Sent.* shot\.png,/);
  const refused = await files.answer(world.call("text.png", { tool }));
  assertEquals([refused.isError, /no picture of these kinds/.test(refused.text)], [true, true]);
  await world.put("large.png", new Uint8Array(10 * 1024 * 1024 + 1));
  assertMatch((await files.answer(world.call("large.png", { tool }))).text, /with send_file/);
  assertEquals(await world.shown(2), ["image image", "image image"]);
});

Deno.test("a turn sends twenty files, and none when it is over", async () => {
  await using world = await startFiles();
  const files = world.open();
  for (let i = 0; i < 21; i++) {
    await world.put(`${i}.txt`, String(i));
    const { text } = await files.answer(world.call(`${i}.txt`));
    assertMatch(text, i < 20 ? /^Sent/ : /^Not sent\. At most 20 files/);
  }
  const named = await files.rowsOf([{ path: "0.txt" }, { path: "20.txt" }, { path: "none" }]);
  assertEquals(named.rows, []);
  assertEquals(named.refused, [
    "20.txt was not sent: At most 20 files are sent in one turn.",
    "none was not sent: There is no file none.",
  ]);
  world.end();
  assertMatch((await files.answer(world.call("20.txt"))).text, /At most 20/);
});

Deno.test("what could not be stored was not sent, and may be sent later", async () => {
  await using world = await startFiles();
  const files = world.open();
  await world.put("a.txt", "a");
  world.fill(true);
  const failed = await files.answer(world.call("a.txt")).catch((error) => String(error));
  assertEquals(failed, "Error: the disk is full");
  world.fill(false);
  assertMatch((await files.answer(world.call("a.txt"))).text, /^Sent/);
  world.end();
  await world.put("b.txt", "b");
  assertMatch((await files.answer(world.call("b.txt"))).text, /turn has ended/);
  for (const input of [{}, { path: 7 }, { path: " " }]) {
    assertMatch((await files.answer({ ...world.call("x"), input })).text, /`path`/);
  }
  assertEquals(await world.shown(1), ["file a.txt"]);
});
