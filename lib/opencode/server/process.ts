import { join } from "@std/path";
import process from "node:process";

/** Whether a process with this id exists, a zombie included. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // "Not permitted" means that it exists and is somebody else's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Sends a signal to a process, or with a negative id to its group. One that is gone is no error. */
export function signal(pid: number, name: Deno.Signal): void {
  try {
    Deno.kill(pid, name);
  } catch {
    // It ended by itself.
  }
}

/**
 * When a process was started, in the system's own notation. Together with the id it identifies a process.
 * `undefined` when there is none, when it is a zombie, or when there is no way to know.
 */
export async function startTime(pid: number): Promise<string | undefined> {
  // Deno itself may not read /proc without all permissions. Where there is none, as on macOS, ps knows.
  const { stdout } = await new Deno.Command("sh", {
    args: [
      ...["-c", 'cat "/proc/$1/stat" 2>/dev/null || exec ps -o stat=,lstart= -p "$1"'],
      ...["sh", String(pid)],
    ],
    stderr: "null",
  }).output();
  const text = new TextDecoder().decode(stdout).trim();
  // /proc puts the command's name first, which may hold spaces and brackets. The state follows in both.
  const [state = "", ...rest] = text.slice(text.lastIndexOf(")") + 1).trim().split(/\s+/);
  if (state === "" || state.startsWith("Z")) return undefined;
  return text.includes(")") ? rest[18] : rest.join(" ");
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Kills all processes whose environment contains a mark; on Linux only. A server's tools inherit it, so
 * this finds them even after their parents are gone.
 *
 * @param mark A UUID; nothing is done for anything else, as any other text may be in any environment.
 */
export async function endMarked(mark: string): Promise<void> {
  if (!UUID.test(mark)) return;
  // Deno itself may not read these files; the text goes by standard input, where nobody else sees it.
  const grep = new Deno.Command("sh", {
    args: ["-c", "exec grep -lsaF -f - /proc/[0-9]*/environ"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await new Blob([mark]).stream().pipeTo(grep.stdin).catch(() => {});
  const found = new TextDecoder().decode((await grep.output()).stdout);
  for (const [, pid] of found.matchAll(/^\/proc\/(\d+)\//gm)) {
    if (Number(pid) !== Deno.pid) signal(Number(pid), "SIGKILL");
  }
}

/** The full path of a command: itself when it has a slash, else its place on PATH. */
export async function findCommand(
  command: string,
  path: string = Deno.env.get("PATH") ?? "",
): Promise<string | undefined> {
  const candidates = command.includes("/")
    ? [command]
    : path.split(":").filter((dir) => dir !== "").map((dir) => join(dir, command));
  for (const candidate of candidates) {
    const info = await Deno.stat(candidate).catch(() => undefined);
    if (info?.isFile && ((info.mode ?? 0o111) & 0o111) !== 0) return candidate;
  }
  return undefined;
}

/** A loopback port that nobody uses at this moment. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
