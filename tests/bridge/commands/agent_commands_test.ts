import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { NetworkError } from "../../../lib/base/errors.ts";
import { agentCommands } from "../../../lib/bridge/commands/agent_commands.ts";
import { memoryLog } from "../../helpers.ts";

const away = () =>
  Promise.reject(new NetworkError("no answer", { service: "opencode", method: "GET command" }));

Deno.test("the log says why opencode's commands are not known", async () => {
  const log = memoryLog();
  const { signal } = new AbortController();
  assertEquals(await agentCommands("/work", { agent: { commands: away }, log, signal }), undefined);
  assertEquals(log.lines.length, 1);
  assertMatch(log.lines[0] ?? "", /WARN +cannot list opencode's commands: no answer/);
});

Deno.test("nothing is logged when the wait for opencode's commands is ended", async () => {
  const log = memoryLog();
  const signal = AbortSignal.abort(new Error("the bridge stops"));
  const asked = () => agentCommands("/work", { agent: { commands: away }, log, signal });
  await assertRejects(asked, Error, "the bridge stops");
  assertEquals(log.lines, []);
});
