import { delay } from "@std/async";
import { parseJson } from "../../base/json.ts";
import { describe } from "../../base/errors.ts";
import { signal, startTime } from "../../opencode/server/process.ts";
import { terminalTexts } from "../../texts/terminal_texts.ts";
import { updateEn as say } from "../../texts/update_en.ts";
import { BACKGROUND_VARIABLE } from "../background/bridge_record.ts";
import { bridgeLog } from "../background/log_part.ts";
import { execute } from "../service/execute.ts";
import { FINISH_VARIABLE, VERSION } from "../program.ts";
import { hasGivenUp, installedService } from "../service/service_manager.ts";
import { spawnDetached } from "../background/spawn_detached.ts";
import { stopBridge } from "../stop.ts";
import { complain } from "../terminal.ts";
import { type FinishPlan, parsePlan } from "./finish_plan.ts";
import { restartNew, type Restarts } from "./restart.ts";

/** How long a bridge that stops may take, in milliseconds; it promises 5 seconds. */
const STOP_MS = 8_000;

/** Does what `startFinish` has started; what it says goes into the log of the bridge. */
export async function finish(text: string): Promise<number> {
  const plan = parsePlan(parseJson(text));
  if (plan === undefined) return 2;
  Deno.env.delete(FINISH_VARIABLE);
  try {
    return await restart(plan);
  } catch (error) {
    complain(`the restart after an update failed: ${describe(error)}`);
    return 1;
  }
}

/** Waits until the bridge has stopped, starts it again, and goes back to the old binary if need be. */
async function restart(plan: FinishPlan): Promise<number> {
  const { stateDir, binary, isService, pid } = plan;
  const texts = terminalTexts("en");
  if (!isService) {
    const end = performance.now() + STOP_MS;
    while (await startTime(pid) === plan.startTime && performance.now() < end) await delay(50);
    // Kills what still runs, and ends its opencode.
    await stopBridge(stateDir, texts);
  }
  const version = await versionOf(binary);
  const restarts = isService ? await byService(stateDir) : inBackground(plan);
  const { bridge, wentBack } = await restartNew({ stateDir, binary, oldPid: pid, ...restarts });
  if (wentBack === undefined) return 0;
  const why = wentBack || say.updateLogged;
  complain(
    bridge === undefined
      ? say.updateBackDown(version, VERSION)
      : say.updateBack(version, why, VERSION),
  );
  return 1;
}

/** The version of a binary, as it says itself. */
async function versionOf(binary: string): Promise<string> {
  const said = await execute([binary, "--version"], terminalTexts("en")).catch(() => "");
  return said.split(" ")[1] ?? "";
}

/** A bridge that was started by `start`. */
function inBackground({ stateDir, binary, args }: FinishPlan): Restarts {
  const env = { [BACKGROUND_VARIABLE]: "1" };
  let child: Deno.ChildProcess | undefined;
  let hasEnded = true;
  return {
    start: () => {
      const started = child = spawnDetached([binary, ...args], env, bridgeLog(stateDir));
      hasEnded = false;
      child.status.then(() => hasEnded = hasEnded || started === child);
      return Promise.resolve({ hasEnded: () => hasEnded });
    },
    stop: async () => {
      const end = performance.now() + STOP_MS;
      // It has a process group of its own.
      for (let name: Deno.Signal = "SIGTERM"; child && !hasEnded; await delay(50)) {
        signal(-child.pid, name);
        if (performance.now() > end) name = "SIGKILL";
      }
      await stopBridge(stateDir, terminalTexts("en"));
    },
  };
}

/** A bridge that a service manager of this user keeps running. */
export async function byService(stateDir: string): Promise<Restarts> {
  const texts = terminalTexts("en");
  const manager = await installedService(stateDir, texts);
  return {
    start: async () => {
      if (manager === undefined) throw new Error(`no service is installed for ${stateDir}`);
      for (const command of manager.restart) await execute(command, texts);
      return { hasEnded: () => hasGivenUp(manager, texts) };
    },
    // The next start replaces it.
    stop: () => Promise.resolve(),
  };
}
