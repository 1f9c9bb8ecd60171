/** What becomes of requests while opencode's event stream is down, with the real opencode. */
import { assertEquals } from "@std/assert";
import { modelConfig } from "../../lib/demo/scripted_model/model_config.ts";
import { startScriptedModel } from "../../lib/demo/scripted_model/scripted_model.ts";
import { Opencode } from "../../lib/opencode/opencode.ts";
import { memoryLog } from "../helpers.ts";
import { startOpencode } from "../real_opencode.ts";
import { until } from "../until.ts";

/** Passes requests on to a server, and events too while it is told to. */
function startProxy(target: string) {
  let down: AbortController | undefined;
  let open = new AbortController();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {}, onError: () => new Response(null) },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const isStream = pathname === "/global/event";
      if (isStream && down) return new Response(null, { status: 503 });
      const signal = isStream ? open.signal : AbortSignal.timeout(30_000);
      const { method, headers } = request;
      const body = method === "POST" ? await request.text() : null;
      const answer = await fetch(target + pathname + search, { method, headers, body, signal });
      const { status, body: text } = answer;
      const type = answer.headers.get("content-type") ?? "";
      const passed = isStream ? text?.pipeThrough(new TransformStream(), { signal }) : text;
      return new Response(passed ?? null, { status, headers: { "content-type": type } });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    cut: () => {
      down = open;
      down.abort();
    },
    mend: () => {
      open = new AbortController();
      down = undefined;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("what others approve while no events come in is found by reading", async (test) => {
  const model = startScriptedModel();
  await using _model = { [Symbol.asyncDispose]: () => model.close() };
  await using real = await startOpencode({
    ...modelConfig(model),
    permission: { bash: "ask" },
  });
  await using proxy = startProxy(real.url);
  const log = memoryLog();
  const { password, directory } = real;
  const opencode = new Opencode({
    endpoint: () => Promise.resolve({ url: proxy.url, password }),
    log,
    backoffMs: 50,
  });
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = opencode.run(signal);

  /** Has the agent ask, does something while no events come in, and reads what was found then. */
  async function found(
    command: string,
    act: (requestId: string, sessionId: string) => Promise<unknown>,
  ): Promise<string[]> {
    await until("events come in", () => opencode.open, 30_000);
    const sessionId = await opencode.createSession(directory, signal);
    const run = opencode.begin({ id: sessionId, directory }, {});
    let gaps = 0;
    const followed = opencode.follow(run, (news) => {
      if (news === "gap") gaps++;
    });
    await opencode.post(run, { text: `[[bash ${command}]]` }, signal);
    await followed.refresh(signal);
    await until("the agent asks", () => followed.requests.length === 1, 30_000);
    const [request] = followed.requests;
    proxy.cut();
    await until("no events come in", () => !opencode.open, 30_000);
    await act(request?.id ?? "", sessionId);
    gaps = 0;
    proxy.mend();
    await until("events come in again", () => gaps > 0, 30_000);
    await followed.refresh(signal);
    // A second look finds nothing more.
    followed.close();
    const acts = followed.outsideActs.map((one) =>
      one.kind === "missed"
        ? `missed ${one.request.command}`
        : one.kind === "answer"
        ? `${one.answer.kind === "permission" ? one.answer.reply : ""} ${one.requestId && command}`
        : one.kind
    );
    await opencode.abort(run, signal);
    return acts;
  }
  const reply = (reply: string) => (id: string) =>
    real.request("POST", `/permission/${id}/reply`, { reply });
  const isIdle = async (sessionId: string) => {
    for (;;) {
      const status = await real.request("GET", "/session/status");
      if (!JSON.stringify(status).includes(sessionId)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const cases: [string, string, (id: string, session: string) => Promise<unknown>, string[]][] = [
    ["nothing happens", "echo one", () => Promise.resolve(), []],
    ["approved, and done", "echo two", async (id, session) => {
      await reply("once")(id);
      await isIdle(session);
    }, ["missed echo two"]],
    ["approved, and running", "sleep 20", reply("once"), ["missed sleep 20"]],
    ["approved, and failed", "exit 3", async (id, session) => {
      await reply("once")(id);
      await isIdle(session);
    }, ["missed exit 3"]],
    ["rejected", "echo four", reply("reject"), ["reject echo four"]],
    [
      "approved by us",
      "echo five",
      (id) => opencode.decide(directory, id, { reply: "once" }, signal),
      [],
    ],
    ["approved before us", "echo six", async (id) => {
      await reply("once")(id);
      assertEquals(
        await opencode.decide(directory, id, { reply: "reject", reason: "" }, signal),
        "gone",
      );
    }, ["missed echo six"]],
    ["aborted by others", "echo seven", async (_, session) => {
      await real.request("POST", `/session/${session}/abort`);
      await isIdle(session);
    }, []],
    ["ended with the instance", "echo eight", async (_, session) => {
      await real.request("POST", "/instance/dispose");
      await isIdle(session);
    }, []],
  ];
  try {
    for (const [name, command, act, expected] of cases) {
      await test.step(name, async () => assertEquals(await found(command, act), expected));
    }
    const said = log.lines.filter((line) => /approved .*while no events came in/.test(line));
    assertEquals(said.length, 4);
  } finally {
    stopping.abort();
    await running;
  }
});
