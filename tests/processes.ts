import { deadline, delay } from "@std/async";
import { isAlive } from "../lib/opencode/server/process.ts";

/** Waits until a process is gone; one that nobody has buried yet counts as gone. */
export async function gone(pid: number, timeoutMs = 5_000): Promise<void> {
  const vanish = async () => {
    while (isAlive(pid)) {
      const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
      if (/\) Z /.test(stat)) return;
      await delay(20);
    }
  };
  await deadline(vanish(), timeoutMs);
}
