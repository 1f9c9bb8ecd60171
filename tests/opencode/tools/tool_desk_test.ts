/** A call goes to the one turn in which it runs, and to no other. */
import { assertEquals, assertMatch } from "@std/assert";
import type { AgentToolCall } from "../../../lib/model/agent_tool.ts";
import { fold } from "../../../lib/opencode/transcript/fold.ts";
import type { SessionEvent } from "../../../lib/opencode/transcript/event.ts";
import { runningCalls } from "../../../lib/opencode/transcript/running_calls.ts";
import { Transcript } from "../../../lib/opencode/transcript/transcript.ts";
import { ToolDesk } from "../../../lib/opencode/tools/tool_desk.ts";
import { MAX_DIRECTORIES, type McpAddress } from "../../../lib/opencode/tools/mcp_address.ts";
import { readEvents } from "../../../lib/opencode/v1/event.ts";
import type { WireTools } from "../../../lib/opencode/wire.ts";
import { memoryLog } from "../../helpers.ts";

/** A turn of a session that works, whose events the test makes. */
class Turn {
  readonly t: Transcript;
  readonly run;

  constructor(readonly session: string, directory: string) {
    this.t = new Transcript(session, `msg_${session}`);
    this.run = {
      ...{ sessionId: session, directory, userMessageId: `msg_${session}`, partId: "prt_1" },
      startedAt: 1,
    };
    const time = { created: 1 };
    const message = (info: unknown) => this.take("message.updated", { sessionID: session, info });
    message({ id: `msg_${session}`, sessionID: session, role: "user", time });
    this.take("session.status", { sessionID: session, status: { type: "busy" } });
    const parentID = `msg_${session}`;
    message({ id: `a_${session}`, sessionID: session, role: "assistant", parentID, time });
  }

  get runningCalls() {
    return runningCalls(this.t);
  }

  take(type: string, properties: unknown): void {
    const events: SessionEvent[] = readEvents({ payload: { type, properties } });
    for (const event of events) fold(this.t, event);
  }

  /** The agent calls a tool; `status` says how far that is. */
  calls(callID: string, path: string, status = "running"): void {
    const state = { status, input: { path }, output: "", time: { start: 1, end: 2 } };
    const part = {
      ...{ id: `prt_${callID}`, sessionID: this.session, messageID: `a_${this.session}` },
      ...{ type: "tool", tool: "feishu_bridge_send_file", callID, state },
    };
    this.take("message.part.updated", { sessionID: this.session, part });
  }

  /** The call waits for a permission. */
  asks(callID: string): void {
    this.take("permission.asked", {
      ...{ id: `per_${callID}`, sessionID: this.session, permission: "feishu_bridge_send_file" },
      ...{ patterns: ["*"], always: ["*"], metadata: {} },
      tool: { messageID: `a_${this.session}`, callID },
    });
  }
}

/** A desk for some turns, and opencode's client of its tools. */
async function start(turns: readonly Turn[], directories = ["/work"]) {
  const stopping = new AbortController();
  const got: string[] = [];
  const rereads: string[] = [];
  const desk = new ToolDesk({
    tools: [{ name: "send_file", description: "", input: {} }],
    instructions: "",
    call: ({ sessionId, callId }: AgentToolCall) => {
      got.push(`${sessionId} ${callId}`);
      return Promise.resolve({ text: `sent by ${sessionId}` });
    },
    turns: () => turns,
    reread: (directory) => rereads.push(directory),
    bindMs: 300,
    log: memoryLog(),
    signal: stopping.signal,
  });
  const addresses = new Map<string, McpAddress>();
  const offers: [string, boolean][] = [];
  const withdrawn: string[] = [];
  const refused: PromiseWithResolvers<boolean>[] = [];
  const tools: WireTools = {
    offer(directory, address, isKnown) {
      offers.push([directory, isKnown]);
      addresses.set(directory, address);
      return refused.shift()?.promise ?? Promise.resolve(true);
    },
    withdraw: (directory) => Promise.resolve(void withdrawn.push(directory)),
  };
  const wire = { tools };
  const offer = (directory: string, url = "http://127.0.0.1:4096") =>
    desk.offer({ url }, wire, directory);
  for (const directory of directories) await offer(directory);
  const call = async (path: string, directory = "/work") => {
    const { url, token } = addresses.get(directory) ?? { url: "", token: "" };
    const response = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({
        ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
        params: { name: "send_file", arguments: { path } },
      }),
    });
    return (await response.json()).result.content[0].text as string;
  };
  return {
    ...{ desk, call, got, rereads, offer, offers, withdrawn, stopping, refused },
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new Error("over"));
      await desk.closed;
    },
  };
}

Deno.test("a call goes to the turn whose events show it, also when they come later", async () => {
  const [a, b] = [new Turn("ses_a", "/work"), new Turn("ses_b", "/work")];
  await using world = await start([a, b]);
  a.calls("1", "a.txt");
  b.calls("1", "b.txt");
  assertEquals(await world.call("b.txt"), "sent by ses_b");
  assertEquals(await world.call("a.txt"), "sent by ses_a");
  const late = world.call("late.txt");
  b.calls("2", "late.txt");
  world.desk.notify();
  assertEquals(await late, "sent by ses_b");
  assertEquals(world.got, ["ses_b a_ses_b.1", "ses_a a_ses_a.1", "ses_b a_ses_b.2"]);
});

Deno.test("a call whose session cannot be told belongs to nobody", async () => {
  const [a, b] = [new Turn("ses_a", "/work"), new Turn("ses_b", "/work")];
  const elsewhere = new Turn("ses_c", "/other");
  await using world = await start([a, b, elsewhere], ["/work", "/other"]);
  a.calls("1", "same.txt");
  b.calls("1", "same.txt");
  assertMatch(await world.call("same.txt"), /^Another chat.*Call again/);
  // One of them is over; the other makes its call again.
  a.calls("1", "same.txt", "completed");
  assertEquals(await world.call("same.txt"), "sent by ses_b");
  // Each call has its own: that one is answered.
  elsewhere.calls("1", "x.txt");
  b.calls("3", "y.txt");
  b.asks("3");
  const unknown = await Promise.all(["same.txt", "x.txt", "y.txt"].map((path) => world.call(path)));
  for (const text of unknown) assertMatch(text, /^It cannot be told which chat/);
  assertEquals(world.rereads.length, 3);
  assertEquals(await world.call("x.txt", "/other"), "sent by ses_c");
  assertEquals(world.got, ["ses_b a_ses_b.1", "ses_c a_ses_c.1"]);
});

Deno.test("tools are offered to an opencode of this machine, and looked after at each prompt", async () => {
  await using world = await start([], []);
  await world.offer("/work");
  await world.offer("/work");
  await world.offer("/work", "http://[::1]:1");
  await world.offer("/work", "https://opencode.example.com");
  await world.offer("/work", "http://127.0.0.1.example.com");
  assertEquals(world.offers, [["/work", false], ["/work", true], ["/work", false]]);
  // Where opencode goes on without us, it has no tools that lead nowhere.
  world.stopping.abort(new Error("the bridge stops"));
  await world.desk.closed;
  assertEquals(world.withdrawn, ["/work", "/work"]);
});

Deno.test("where very many others were offered the tools since, they are offered anew", async () => {
  const turn = new Turn("ses_a", "/work");
  await using world = await start([turn]);
  for (let n = 0; n < MAX_DIRECTORIES; n++) await world.offer(`/others/${n}`);
  await world.offer("/work");
  assertEquals(world.offers.at(-1), ["/work", false]);
  turn.calls("1", "a.txt");
  assertEquals(await world.call("a.txt"), "sent by ses_a");
});

Deno.test("where the tools cannot be offered, only one prompt waits for that", async () => {
  await using world = await start([], []);
  const [first, second] = [Promise.withResolvers<boolean>(), Promise.withResolvers<boolean>()];
  world.refused.push(first);
  let waits = true;
  const offer = world.offer("/work").then(() => waits = false);
  await world.offer("/other");
  assertEquals(waits, true);
  first.resolve(false);
  await offer;
  world.refused.push(second);
  await world.offer("/work");
  second.resolve(true);
  assertEquals(world.offers.length, 3);
});
