import { assert, assertEquals, assertObjectMatch } from "@std/assert";
import type { HttpInstance } from "@larksuiteoapi/node-sdk";
import { addressRequest } from "../../../lib/feishu/connection/address.ts";
import { Connection } from "../../../lib/feishu/connection/connection.ts";
import { EventDispatcher, LoggerLevel, WSClient } from "../../../lib/feishu/sdk.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { credentials, memoryLog } from "../../helpers.ts";

const asked = (twin: Twin) => twin.requests.filter(({ path }) => path.endsWith("/ws/endpoint"));

/** Asks for the address ahead, waits, and connects. */
async function connect(twin: Twin, until: () => boolean): Promise<string[]> {
  const stopping = new AbortController();
  const up = Promise.withResolvers<void>();
  const log = memoryLog();
  const connection = new Connection({
    credentials: credentials(twin),
    handlers: {},
    log,
    onUp: () => up.resolve(),
  });
  connection.askAhead(stopping.signal);
  await twin.until(until);
  const running = connection.run(stopping.signal);
  await up.promise;
  stopping.abort(new Error("the test is over"));
  await running;
  return log.lines;
}

Deno.test("the address is asked for as the SDK asks", async () => {
  const app = {
    appId: "cli_0123456789abcdef",
    appSecret: "secret",
    domain: "https://feishu.example",
  };
  const silent = () => {};
  const logger = { error: silent, warn: silent, info: silent, debug: silent, trace: silent };
  const request = Promise.withResolvers<Record<string, unknown>>();
  const client = new WSClient({
    ...app,
    autoReconnect: false,
    logger,
    loggerLevel: LoggerLevel.error,
    httpInstance: {
      request: (one: Record<string, unknown>) => {
        request.resolve(one);
        return Promise.reject(new Error("asked"));
      },
    } as unknown as HttpInstance,
  });
  client.start({ eventDispatcher: new EventDispatcher({ logger, loggerLevel: LoggerLevel.error }) })
    .catch(() => {});
  const { url, method, data, headers } = await request.promise;
  client.close({ force: true });
  const { headers: ours, ...rest } = addressRequest(app);
  assertEquals<unknown>({ url, method, data }, rest);
  assertObjectMatch(headers as Record<string, unknown>, { ...ours });
});

Deno.test("an address that was asked for ahead is connected to, and not asked for again", async () => {
  await using twin = await startTwin();
  const lines = await connect(twin, () => asked(twin).some(({ status }) => status === 200));
  assertEquals(asked(twin).length, 1);
  assert(!lines.some((line) => line.includes("lost")), lines.join("\n"));
});

Deno.test("an address that could not be had ahead is asked for when it is needed", async () => {
  await using twin = await startTwin();
  twin.faults.refuseConnections("full");
  const lines = await connect(twin, () => {
    if (!asked(twin).some(({ status }) => status > 0)) return false;
    twin.faults.clear();
    return true;
  });
  assertEquals(asked(twin).map(({ code }) => code === 0), [false, true]);
  assert(!lines.some((line) => line.includes("lost")), lines.join("\n"));
});
