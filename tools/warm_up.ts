/**
 * Loads the program as the tests start it: with the versions of deno.lock alone, and without a lock. What it needs is
 * in Deno's cache afterwards, so that tests can start it with an environment that leads to no registry.
 */
import { fromFileUrl, join } from "@std/path";
import { RUN_FLAGS } from "../lib/cli/program.ts";

/** How long one loading may take, with all downloads. */
const DEADLINE_MS = 120_000;
const ROOT = fromFileUrl(new URL("..", import.meta.url));

async function warmUp(): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "warm-up-" });
  try {
    const lock = join(folder, "deno.lock");
    await Deno.copyFile(join(ROOT, "deno.lock"), lock);
    let result = 0;
    for (const locking of [`--lock=${lock}`, "--no-lock"]) {
      const { code } = await new Deno.Command(Deno.execPath(), {
        args: [
          // V8 takes what it has compiled from the cache only under the flags with which it was compiled.
          ...["run", "--quiet", locking, `--config=${join(ROOT, "deno.json")}`, ...RUN_FLAGS],
          ...[fromFileUrl(import.meta.url), "inside"],
        ],
        signal: AbortSignal.timeout(DEADLINE_MS),
      }).spawn().status;
      result ||= code;
    }
    return result;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  if (Deno.args[0] !== "inside") Deno.exit(await warmUp());
  // One after the other: Deno 2.9.6 may wait for ever when several imports download packages at once.
  await import("../main.ts");
  await import("../lib/start_app.ts");
  await import("../lib/feishu/sdk.ts");
  await import("../lib/cli/demo.ts");
}
