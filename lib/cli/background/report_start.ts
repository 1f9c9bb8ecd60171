import { UsageError } from "../../base/errors.ts";
import { visible } from "../../base/visible.ts";
import { fullDisk } from "../../store/full_disk.ts";
import type { TerminalTexts } from "../../texts/terminal_texts.ts";
import type { BridgeRecord } from "./bridge_record.ts";
import { lastTrouble } from "./last_trouble.ts";
import { linesSince, type LogEnd } from "./log_part.ts";
import { pairingCode } from "../setup/pairing_code.ts";
import { complain, print } from "../terminal.ts";
import { READY_MS } from "./until_ready.ts";

/** A start as it went. */
interface Start {
  /** The bridge, if there is one, or that its process has ended (`untilReady`). */
  readonly bridge: BridgeRecord | "ended" | undefined;
  readonly stateDir: string;
  /** Where its log began. */
  readonly log: LogEnd;
  readonly texts: TerminalTexts;
}

/**
 * Prints that the bridge is ready, and what its user should know or do.
 *
 * @throws {UsageError} When it is not ready, with why.
 */
export async function reportStart({ bridge, stateDir, log, texts }: Start): Promise<void> {
  const lines = await linesSince(log);
  if (bridge !== "ended" && bridge?.ready) {
    const { pid, cwd, opencode, opencodeWhy } = bridge;
    print(
      [texts.bridgeReady(pid), texts.agentDirectory(visible(cwd)), texts.logFile(log.file)].join(
        "\n",
      ),
    );
    if (opencodeWhy) {
      complain(texts.opencodeAway(visible(opencode), visible(texts.reason(opencodeWhy))));
    }
  }
  if (bridge !== "ended" && bridge?.pairing && bridge.paired.length === 0) {
    // A code that is printed elsewhere than on a terminal may end where others read it.
    const code = Deno.stdout.isTerminal() ? pairingCode(lines) : undefined;
    print(code ? texts.sendCode(code.code, code.minutes) : texts.codeInLogs);
  }
  if (bridge === "ended" || !bridge?.ready) {
    const english = bridge === "ended"
      ? lastTrouble(lines)
      : lastTrouble(lines, true) ?? (visible(bridge?.why ?? "") || undefined);
    const why = english === undefined ? undefined : texts.reason(english);
    const message = bridge === "ended"
      ? texts.didNotStart(why)
      : texts.notReady(READY_MS / 1000, why);
    const failure = new UsageError(`${message}\n${texts.logFile(log.file)}`);
    // On a full disk there is no log that could say so.
    throw why === undefined ? await fullDisk(stateDir, failure) : failure;
  }
}
