import { assertEquals } from "@std/assert";
import { NetworkError } from "../../../lib/base/errors.ts";
import { whileAway } from "../../../lib/bridge/turn/while_away.ts";
import { until } from "../../until.ts";

const { signal } = new AbortController();

Deno.test("what an agent that is started first takes long for is told before it has failed", async () => {
  const told: string[] = [];
  const started = Promise.withResolvers<string>();
  const answer = whileAway(() => started.promise, (why) => told.push(why), signal, 1);
  await until("it is told", () => told.length > 0);
  started.resolve("ses_1");
  assertEquals(await answer, "ses_1");
  assertEquals(told, ["opencode did not answer in time"]);
});

Deno.test("an agent that answers is asked once more after no answer, and told of only then", async () => {
  const told: string[] = [];
  const answers = [
    Promise.reject(new NetworkError("it is away", { service: "opencode", method: "GET /session" })),
    Promise.resolve("ses_1"),
  ];
  const ask = () => answers.shift() ?? Promise.resolve("");
  assertEquals(await whileAway(ask, (why) => told.push(why), signal), "ses_1");
  assertEquals(told, ["it is away"]);
});
