import { isAbsolute } from "@std/path";

/** Prints the entry of this process's user; `getent` is of Linux, `id -P` of macOS. */
const ENTRY = 'getent passwd "$(id -u)" 2>/dev/null || id -P 2>/dev/null';

/**
 * Sets `HOME` to the home directory that the system has for this user, when it is not set: a job of cron or of
 * a container may have none. What we start finds its files by it too.
 */
export async function ensureHome(): Promise<void> {
  if (Deno.env.get("HOME")) return;
  const home = await systemHome().catch(() => undefined);
  if (home !== undefined && isAbsolute(home)) Deno.env.set("HOME", home);
}

async function systemHome(): Promise<string | undefined> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", ENTRY], stdin: "null" }).output();
  // passwd(5), and on macOS three fields more before the last two.
  return new TextDecoder().decode(stdout).trim().split(":").at(-2);
}
