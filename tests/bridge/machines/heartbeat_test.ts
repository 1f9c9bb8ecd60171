import { assertEquals, assertRejects } from "@std/assert";
import { Heartbeat, type MachineRows } from "../../../lib/bridge/machines/heartbeat.ts";
import type { MachineState } from "../../../lib/model/machine.ts";
import { memoryLog } from "../../helpers.ts";

const REPORT = { cwd: "/", directories: [], opencode: "", running: 0 };

Deno.test("the wait for a name ends with the program, also while the KV does not answer", async () => {
  const other = { name: "laptop", home: "elsewhere" } as MachineState;
  const answers: MachineRows["machineRow"][] = [
    () => Promise.resolve({ state: other, versionstamp: "1" }),
    () => new Promise(() => {}),
  ];
  for (const machineRow of answers) {
    const heartbeat = new Heartbeat({
      rows: { machine: "laptop", machineRow, writeMachine: () => Promise.reject("not its own") },
      ...{ home: "here", version: "1", log: memoryLog() },
      times: { beatMs: 10_000, leaseMs: 60_000, claimMs: 60_000 },
    });
    const stopping = new AbortController();
    const claimed = heartbeat.claim(REPORT, stopping.signal);
    stopping.abort(new Error("the bridge stops"));
    await assertRejects(() => claimed, Error, "the bridge stops");
  }
});

Deno.test("a machine that stops while a sign of life is under way says so after that", async () => {
  const written: (boolean | undefined)[] = [];
  const first = Promise.withResolvers<void>();
  const heartbeat = new Heartbeat({
    rows: {
      machine: "laptop",
      machineRow: () => Promise.resolve(undefined),
      writeMachine: async ({ isStopped }) => {
        written.push(isStopped);
        if (written.length === 1) await first.promise;
        return String(written.length);
      },
    },
    ...{ home: "here", version: "1", log: memoryLog() },
    times: { beatMs: 10_000, leaseMs: 60_000, claimMs: 60_000 },
  });
  const claimed = heartbeat.claim(REPORT, new AbortController().signal);
  while (written.length === 0) await Promise.resolve();
  const left = heartbeat.leave();
  first.resolve();
  await Promise.all([claimed, left]);
  assertEquals(written, [undefined, true]);
});
