import { delay } from "@std/async";
import { UsageError } from "../errors.ts";

/** Where a server listens, and what it wants to hear. */
export interface Endpoint {
  readonly url: string;
  readonly password?: string;
}

/** The oldest opencode whose interface we know. */
const OLDEST = [1, 14] as const;
/** Milliseconds that a server may take until it answers; a first start unpacks and migrates things. */
const START_MS = 60_000;

/** Waits until a server says that it listens, answers, and is not too old; resolves with its version. */
export async function ready(
  endpoint: Required<Endpoint>,
  logFile: string,
  exited: Promise<number>,
): Promise<string> {
  const deadline = AbortSignal.timeout(START_MS);
  let code: number | undefined;
  exited.then((value) => code = value);
  while (!/listening on http/.test(await Deno.readTextFile(logFile))) {
    if (code !== undefined) {
      throw new UsageError(
        `opencode ended at start with code ${code}: ${await lastLines(logFile)}`,
        { exitCode: 1 },
      );
    }
    if (deadline.aborted) {
      throw new UsageError(
        `opencode did not come up within ${START_MS / 1000} s: see ${logFile}`,
        { exitCode: 1 },
      );
    }
    await delay(25);
  }
  for (;;) {
    // A request that meets the server at the moment it opens its port can hang for ever (1.18.33).
    const version = await health(endpoint).catch((error) => {
      if (error instanceof UsageError || deadline.aborted || code !== undefined) throw error;
    });
    if (version !== undefined) return version;
    await delay(50);
  }
}

/** The version of a server that answers `GET /global/health` within two seconds. */
export async function health(endpoint: Required<Endpoint>): Promise<string> {
  const response = await fetch(`${endpoint.url}/global/health`, {
    headers: { authorization: `Basic ${btoa(`opencode:${endpoint.password}`)}` },
    signal: AbortSignal.timeout(2_000),
  });
  const body: unknown = await response.json();
  const version = typeof body === "object" && body !== null && "version" in body
    ? String(body.version)
    : "";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new UsageError(
      `opencode ${version || "of unknown version"} is too old: update it to ${
        OLDEST.join(".")
      } or newer (npm install -g opencode-ai)`,
      { exitCode: 1 },
    );
  }
  return version;
}

/** The end of a server's log, in one line. */
export async function lastLines(file: string): Promise<string> {
  const text = await Deno.readTextFile(file).catch(() => "");
  return text.trim().split("\n").slice(-5).join(" ").slice(-500) || "it said nothing";
}
