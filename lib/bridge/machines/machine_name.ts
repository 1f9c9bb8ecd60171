import { join } from "@std/path";
import { replaceFile } from "../../base/replace_file.ts";

/** How long the name of the host may take, in milliseconds. */
const TIMEOUT_MS = 2_000;
/** How long a name is at most. */
const MAX_LENGTH = 40;

/**
 * The name of this machine: what is set, or the host's as far as a name may have its characters. It is kept in the
 * state directory, which must be locked: a network may name the host, and each container has another name, but its
 * chats are this machine's still.
 */
export async function machineName(set: string, stateDir: string): Promise<string> {
  const path = join(stateDir, "machine-name");
  const kept = (await Deno.readTextFile(path).catch(() => "")).trim();
  const name = set || kept || await firstName();
  // Where it cannot be kept, nothing else can be stored either, which is said elsewhere.
  if (name !== kept) await replaceFile(path, name).catch(() => {});
  return name;
}

async function firstName(): Promise<string> {
  const [name = ""] = (await hostName()).trim().split(".");
  return name.replaceAll(/[^\p{L}\p{N}_-]+/gu, "-").slice(0, MAX_LENGTH) || "machine";
}

/** The host's name; empty if it cannot be learned. Deno's own call for it needs one more permission. */
async function hostName(): Promise<string> {
  const file = await Deno.readTextFile("/etc/hostname").catch(() => "");
  if (file.trim() !== "") return file;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const { stdout } = await new Deno.Command("hostname", { signal, stderr: "null" }).output();
    return new TextDecoder().decode(stdout);
  } catch {
    return "";
  }
}
