import { endMarked } from "./process.ts";
import { endServer, isRunning, readRecord, removeRecord } from "./running_server.ts";

/**
 * Ends the server that a bridge left behind in this state directory, with all that it started.
 *
 * @returns Whether there was one.
 */
export async function endLeftServer(stateDir: string): Promise<boolean> {
  const left = await readRecord(stateDir);
  if (left === undefined) return false;
  const runs = await isRunning(left);
  if (runs) await endServer(left);
  else await endMarked(left.mark);
  await removeRecord(stateDir);
  return runs;
}
