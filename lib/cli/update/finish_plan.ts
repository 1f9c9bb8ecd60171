import { list, need, number, type Parsed, parser, string } from "../../base/json.ts";
import { startTime } from "../../opencode/server/process.ts";
import { FINISH_VARIABLE } from "../program.ts";
import { bridgeLog } from "../background/log_part.ts";
import { spawnDetached } from "../background/spawn_detached.ts";
import { previousOf } from "./swap.ts";

/** Reads a {@linkcode FinishPlan}. */
export const parsePlan = parser((plan) => ({
  stateDir: need(string(plan.stateDir)),
  /** The file that was replaced. */
  binary: need(string(plan.binary)),
  /** The command line of the bridge. */
  args: list(plan.args, string),
  /** Whether a service manager restarts it. */
  isService: plan.isService === true,
  /** The bridge's process. */
  pid: need(number(plan.pid)),
  startTime: need(string(plan.startTime)),
}));
/** How a bridge is restarted. */
export type FinishPlan = Parsed<typeof parsePlan>;

/** How this bridge is restarted with the binary that is in the place of its own now. */
export async function ownPlan(stateDir: string): Promise<Omit<FinishPlan, "isService">> {
  return {
    stateDir,
    binary: await Deno.realPath(BINARY),
    args: Deno.args,
    pid: Deno.pid,
    startTime: await startTime(Deno.pid) ?? "",
  };
}

/** Noted at the start: later, another file may have this name. */
const BINARY = Deno.execPath();

/** Has the binary from before the update restart this bridge, which has to stop then. */
export function startFinish(plan: FinishPlan): void {
  const env = { [FINISH_VARIABLE]: JSON.stringify(plan) };
  spawnDetached([previousOf(plan.binary)], env, bridgeLog(plan.stateDir));
}
