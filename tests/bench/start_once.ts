import type { Twin } from "../../lib/demo/feishu_twin/twin.ts";
import { wallNow } from "../../lib/base/time/clock.ts";
import type { BenchWorld, Program } from "./bench_world.ts";

/** The steps of a start, in their order. */
export const STEPS = {
  settings: "runtime, our code, state opened",
  token: "the first request: a token",
  endpoint: "asks where to connect",
  up: "connected",
} as const;

/** One of them. */
export type Step = keyof typeof STEPS;

/** How long a start took. */
export interface Start {
  /** Milliseconds from the start of the process to each of its steps, in their order. */
  readonly steps: Readonly<Record<Step, number>>;
}

/** Starts the program, and stops it when it is ready. */
export async function startOnce(
  world: BenchWorld,
  program: Program,
  env: Readonly<Record<string, string>>,
): Promise<Start> {
  const { twin } = world;
  const known = twin.requests.length;
  const up = connected(twin);
  const running = world.spawn(program, env);
  const upAt = await up;
  await running.line(/bridge ready/);
  await running.stop();
  await twin.until(() => twin.connections() === 0);
  const since = (at: number | undefined) => (at ?? NaN) - running.startedAt;
  const request = (path: RegExp) =>
    twin.requests.slice(known).find((request) => path.test(request.path))?.at;
  const line = running.lines.find((line) => line.includes("workspace = ")) ?? "";
  return {
    steps: {
      settings: since(Date.parse(line.split(" ")[0] ?? "")),
      token: since(request(/tenant_access_token/)),
      endpoint: since(request(/ws\/endpoint/)),
      up: since(upAt),
    },
  };
}

/** When the twin sees the next connection. */
function connected(twin: Twin): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const stop = twin.onChange((change) => {
    if (change.kind !== "connections" || change.count === 0) return;
    stop();
    resolve(wallNow());
  });
  return promise;
}
