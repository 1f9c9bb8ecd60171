import { isAbsolute, join } from "@std/path";
import process from "node:process";

/** The largest id that a process can have (the type `pid_t`). */
const MAX_PID = 2 ** 31 - 1;

/** A mark of ours: nothing else has it in its environment. */
const MARK = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Makes a text that marks processes by their environment; see {@linkcode endMarked}. */
export function newMark(): string {
  return crypto.randomUUID();
}

/** Whether a text has the form of a mark. */
export function isMark(text: string): boolean {
  return MARK.test(text);
}

/** Whether a process with this id exists, a zombie included. */
export function isAlive(pid: number): boolean {
  if (!isPid(pid)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // "Not permitted" means that it exists and is somebody else's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * Whether a number can be the id of a process that we started. 1 is the system's, and as a target 0, -1 and
 * everything else that is no id stand for many processes (kill(2)).
 */
export function isPid(pid: number): boolean {
  return Number.isSafeInteger(pid) && pid > 1 && pid <= MAX_PID;
}

/**
 * Sends a signal to a process, or with a negative id to its group. One that is gone is no error, and what is
 * no id of a process is ignored.
 */
export function signal(pid: number, name: Deno.Signal): void {
  if (!isPid(Math.abs(pid))) return;
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
  if (!isPid(pid)) return undefined;
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

/**
 * Kills all processes whose environment contains a mark; on Linux only. A server's tools inherit it, so
 * this finds them even after their parents are gone. What is no mark is ignored: an empty text is in every
 * environment.
 */
export async function endMarked(mark: string): Promise<void> {
  if (!isMark(mark)) return;
  const found = await grepEnvironments(mark, "/proc/[0-9]*/environ");
  for (const [, pid] of found.matchAll(/^\/proc\/(\d+)\//gm)) {
    if (Number(pid) !== Deno.pid) signal(Number(pid), "SIGKILL");
  }
}

/** Whether a process has a mark in its environment; `undefined` where there is no way to know (macOS). */
export async function hasMark(pid: number, mark: string): Promise<boolean | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  return isPid(pid) && isMark(mark) && await grepEnvironments(mark, `/proc/${pid}/environ`) !== "";
}

/** The files among `files`, a pattern of the shell, that contain a mark. */
async function grepEnvironments(mark: string, files: string): Promise<string> {
  // Deno itself may not read these files; the text goes by standard input, where nobody else sees it.
  const grep = new Deno.Command("sh", {
    args: ["-c", `exec grep -lsaF -f - ${files}`],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await new Blob([mark]).stream().pipeTo(grep.stdin).catch(() => {});
  return new TextDecoder().decode((await grep.output()).stdout);
}

/** The full path of a command: itself when it has a slash, else its place on PATH. */
export async function findCommand(
  command: string,
  path: string = Deno.env.get("PATH") ?? "",
): Promise<string | undefined> {
  const candidates = command.includes("/")
    ? [command]
    // A relative place would be one in the project in which the program is started.
    : path.split(":").filter(isAbsolute).map((dir) => join(dir, command));
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
