/** What becomes of one of opencode's commands behind a gateway that gives up, with the real opencode. */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { postRun } from "../../lib/bridge/turn/post_run.ts";
import { modelConfig } from "../../lib/demo/scripted_model/model_config.ts";
import { startScriptedModel } from "../../lib/demo/scripted_model/scripted_model.ts";
import { Opencode } from "../../lib/opencode/opencode.ts";
import { memoryLog } from "../helpers.ts";
import { startOpencode } from "../real_opencode.ts";

/** A gateway that passes all on, and gives up on a POST after 300 ms, although opencode goes on. */
function startGateway(target: string) {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const { method, headers } = request;
      const body = method === "POST" ? await request.text() : null;
      const soon = AbortSignal.timeout(method === "POST" ? 300 : 30_000);
      try {
        const answer = await fetch(target + pathname + search, {
          ...{ method, headers, body },
          signal: soon,
        });
        const type = answer.headers.get("content-type") ?? "";
        return new Response(await answer.text(), {
          status: answer.status,
          headers: { "content-type": type },
        });
      } catch {
        return new Response("<h1>Gateway Timeout</h1>", { status: 504 });
      }
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("a command whose gateway gives up is followed, and its shell lines run once", async () => {
  const model = startScriptedModel();
  await using _model = { [Symbol.asyncDispose]: () => model.close() };
  await using real = await startOpencode({
    ...modelConfig(model),
    command: { slow: { template: "[[say hello]] !`echo run >> runs; sleep 7`" } },
  });
  await using gateway = startGateway(real.url);
  const { password, directory } = real;
  const log = memoryLog();
  const agent = new Opencode({
    endpoint: () => Promise.resolve({ url: gateway.url, password }),
    log,
  });
  const { signal } = new AbortController();
  let unseen = 0;
  // A new session takes longer than the gateway waits.
  const { id } = await real.request("POST", "/session") as { id: string };
  const run = agent.begin({ id, directory }, {});
  const task = { kind: "command", name: "slow", arguments: "" } as const;
  const posted = await postRun(run, {
    agent,
    work: { text: "/slow", task },
    cancelled: signal,
    inDoubt: false,
    log,
    signal,
    onAway: () => {},
    onUnseen: () => unseen++,
  });
  assertEquals(posted, { userMessageId: run.userMessageId });
  assertEquals(unseen > 0, true, "opencode did not show it while its shell lines ran");
  assertEquals(await Deno.readTextFile(join(directory, "runs")), "run\n");
});
