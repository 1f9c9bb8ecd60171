import { abortable } from "@std/async";
import type { Services } from "../services.ts";
import type { BridgeSettings } from "../settings.ts";

/** What {@linkcode whyNoPlace} needs. */
export interface PlaceOptions extends Pick<Services, "signal"> {
  readonly settings: Pick<BridgeSettings, "ownsAgent">;
}

/** How long a disk may take to answer, in milliseconds. One that hangs may still serve the agent. */
const LOOK_MS = 5_000;

/**
 * Why nothing can run in a directory: somebody has removed it, or the bridge may not read it, and so neither may its
 * agent. opencode would take it nevertheless, and fail much later, with a stack trace (seen on 1.18.33).
 *
 * @throws The signal's reason.
 */
export async function whyNoPlace(
  directory: string,
  { settings, signal }: PlaceOptions,
): Promise<"gone" | "unreadable" | undefined> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]);
  try {
    await abortable(enter(directory), limited);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const { NotFound, NotADirectory, PermissionDenied } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) return "gone";
    // A server that was running already may be somebody else's.
    return error instanceof PermissionDenied && settings.ownsAgent ? "unreadable" : undefined;
  }
}

/** Opens a directory, and goes into it. */
async function enter(directory: string): Promise<void> {
  for await (const _ of Deno.readDir(directory)) break;
  await Deno.stat(`${directory}/.`);
}
