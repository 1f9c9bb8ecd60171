import { delay } from "@std/async";
import { join } from "@std/path";
import { UsageError } from "../base/errors.ts";
import { visible } from "../base/visible.ts";
import { fullDisk } from "../store/full_disk.ts";
import { lockStateDir } from "../store/state_dir.ts";
import type { Args } from "./args.ts";
import { type BridgeRecord, findBridge } from "./bridge_record.ts";
import { lastTrouble } from "./last_trouble.ts";
import { program } from "./program.ts";
import { loadSettings } from "./settings.ts";
import { stopBridge } from "./stop.ts";
import { complain, print } from "./terminal.ts";

/** How long `start` waits until the bridge is ready, in milliseconds. */
const READY_MS = 10_000;

/** `start`: runs the bridge in the background, where it outlives the terminal. */
export async function start(args: Args): Promise<void> {
  const { config: { stateDir, allowedUsers }, texts } = await loadSettings(args);
  // The bridge's own warning goes into a log that nobody may read.
  if (allowedUsers.kind === "everyone" && !allowedUsers.onPurpose) {
    texts.openToAll.forEach(complain);
  }
  if (args.flags.includes("force")) await stopBridge(stateDir, texts);
  const other = await findBridge(stateDir);
  if (other !== undefined) throw new UsageError(texts.alreadyRuns(other.pid));
  // Fails here, in the foreground, when the directory cannot be used.
  (await lockStateDir(stateDir))[Symbol.dispose]();
  const log = join(stateDir, "bridge.log");
  const from = await Deno.stat(log).then(({ size }) => size, () => 0);
  const child = spawnDetached([...program(), "run", ...args.forRun], args.privateEnv, log);
  const bridge = await untilReady(stateDir, child.status);
  if (bridge === "ended" || !bridge?.ready) {
    const why = lastTrouble(await logSince(log, from));
    const message = bridge === "ended"
      ? texts.didNotStart(why)
      : texts.notReady(READY_MS / 1000, why);
    const failure = new UsageError(`${message}\n${texts.logFile(log)}`);
    // On a full disk there is no log that could say so.
    throw why === undefined ? await fullDisk(stateDir, failure) : failure;
  }
  print(`${texts.bridgeReady(bridge.pid)}\n${texts.logFile(log)}`);
  const { opencode, opencodeWhy } = bridge;
  if (opencodeWhy) complain(texts.opencodeAway(visible(opencode), visible(opencodeWhy)));
  if (bridge.pairing && bridge.paired.length === 0) {
    // A code that is printed elsewhere than on a terminal may end where others read it.
    const code = Deno.stdout.isTerminal() ? pairingCode(await logSince(log, from)) : undefined;
    print(code ? texts.sendCode(code.code, code.minutes) : texts.codeInLogs);
  }
}

/** The newest pairing code of a log, and for how many minutes it counts from then on (`Pairing`). */
export function pairingCode(log: string): { code: string; minutes: number } | undefined {
  const [, code, minutes] =
    [...log.matchAll(/pairing code: (\d{4} \d{4}) \(send it to the bot within (\d+) min/g)].at(
      -1,
    ) ??
      [];
  return code === undefined ? undefined : { code, minutes: Number(minutes) };
}

/** What was written into a log after its first `from` bytes; all of it if it was begun anew. */
async function logSince(file: string, from: number): Promise<string> {
  const bytes = await Deno.readFile(file).catch(() => new Uint8Array());
  return new TextDecoder().decode(bytes.subarray(bytes.length < from ? 0 : from));
}

/** Starts a process that is independent of this one. */
function spawnDetached(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  log: string,
): Deno.ChildProcess {
  const child = new Deno.Command("sh", {
    // Standard error goes to the log file too: a crash of the runtime does not pass through our log.
    args: ["-c", 'umask 077; log=$1; shift; exec "$@" 2>>"$log"', "sh", log, ...command],
    env,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  child.unref();
  return child;
}

/** The bridge as it is when it is ready or the time is up, or that its process has ended. */
async function untilReady(
  stateDir: string,
  exited: Promise<unknown>,
): Promise<BridgeRecord | "ended" | undefined> {
  let ended = false;
  exited.then(() => ended = true);
  const deadline = Date.now() + READY_MS;
  let bridge: BridgeRecord | undefined;
  while (!ended && !bridge?.ready && Date.now() < deadline) {
    await delay(50);
    bridge = await findBridge(stateDir);
  }
  return ended ? "ended" : bridge;
}
