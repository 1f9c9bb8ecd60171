import { join } from "@std/path";
import { findOrInstallOpencode } from "../lib/cli/install.ts";

/**
 * The real opencode for the tests: `OPENCODE_BIN`, else the one on PATH, else one that is installed
 * with npm into the user's cache, once. Fails loudly when there is none: what matters most here runs
 * on the real thing.
 */
export async function opencodeBinary(): Promise<string> {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/tmp", ".cache");
  const named = Deno.env.get("OPENCODE_BIN") ?? "opencode";
  return await findOrInstallOpencode(
    named,
    join(cache, "feishu-opencode-bridge"),
    (line) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`)),
  );
}

/** How opencode's JavaScript engine is to work: what our own environment says of it, which tools/test.ts sets. */
export function engineSettings(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => name.startsWith("BUN_JSC_")),
  );
}
