import { assertEquals, assertMatch } from "@std/assert";
import type { ActionHost, Request } from "../../../lib/bridge/commands/table.ts";
import { redo, undo } from "../../../lib/bridge/commands/history.ts";
import type { Incoming } from "../../../lib/feishu/connection/events.ts";
import { OpencodeApi } from "../../../lib/opencode/v1/api.ts";
import type { Conversation } from "../../../lib/model/records.ts";
import { texts } from "../../../lib/texts/texts.ts";

/** An opencode with three prompts, and a conversation on its session. */
function start() {
  let reverted: string | undefined;
  const messages = ["a", "b", "c"].map((id, created) => ({
    info: { id, sessionID: "ses_1", role: "user", time: { created } },
    parts: [{ id: `p${id}`, sessionID: "ses_1", messageID: id, type: "text", text: `do ${id}` }],
  }));
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname.endsWith("/message")) return Response.json(messages);
      if (pathname.endsWith("/diff")) return Response.json([]);
      if (pathname.endsWith("/revert")) reverted = (await request.json()).messageID;
      if (pathname.endsWith("/unrevert")) reverted = undefined;
      const revert = reverted === undefined ? {} : { revert: { messageID: reverted } };
      return Response.json({ id: "ses_1", directory: "/work", ...revert });
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  let conversation: Conversation = {
    key: "oc_1",
    chatId: "oc_1",
    chatType: "p2p",
    directory: "/work",
    sessionId: "ses_1",
  };
  const host: ActionHost = {
    get conversation() {
      return conversation;
    },
    turns: [],
    asks: { titles: [] },
    change: (now) => conversation = now,
    save: () => Promise.resolve(),
    enqueue: () => Promise.resolve(),
    drop: () => Promise.resolve(),
    stopLoading: () => 0,
    rows: () => Promise.resolve([]),
  };
  const request = (messageId: string): Request => ({
    incoming: { messageId } as Incoming,
    argument: "",
    host,
    texts: texts("en"),
    agent: { api: new OpencodeApi({ endpoint: () => Promise.resolve({ url }) }) },
    systemStatus: () => [],
    outbox: "",
    signal: new AbortController().signal,
  });
  return {
    get reverted() {
      return reverted;
    },
    undo: async (messageId: string) => String(await undo(request(messageId))),
    redo: async (messageId: string) => String(await redo(request(messageId))),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("an undo that a crash interrupted goes one step, however often it is repeated", async () => {
  await using world = start();
  for (let i = 0; i < 2; i++) assertMatch(await world.undo("om_1"), /Undone: “do c”/);
  assertEquals(world.reverted, "c");
  for (let i = 0; i < 2; i++) assertMatch(await world.undo("om_2"), /Undone: “do b”/);
  assertEquals(world.reverted, "b");
});

Deno.test("so does a redo, up to where all is in force again", async () => {
  await using world = start();
  await world.undo("om_1");
  await world.undo("om_2");
  for (let i = 0; i < 2; i++) assertMatch(await world.redo("om_3"), /Done again: “do b”/);
  assertEquals(world.reverted, "c");
  for (let i = 0; i < 2; i++) assertMatch(await world.redo("om_4"), /Done again: “do c”/);
  assertEquals(world.reverted, undefined);
  assertMatch(await world.redo("om_5"), /nothing to redo/);
});

Deno.test("there is an end of undoing", async () => {
  await using world = start();
  for (const id of ["om_1", "om_2", "om_3"]) assertMatch(await world.undo(id), /Undone/);
  assertMatch(await world.undo("om_4"), /nothing to undo/);
  assertEquals(world.reverted, "a");
});
