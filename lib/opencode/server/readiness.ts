import { delay } from "@std/async";
import { UsageError } from "../../base/errors.ts";
import { object, string } from "../../base/json.ts";
import { redact } from "../../base/redact.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { request } from "../http/request.ts";

/** The oldest opencode whose API we know, as major and minor version. */
const OLDEST = [1, 14] as const;
/** Milliseconds that a server may take until it answers; its first start unpacks and migrates things. */
const START_MS = 60_000;
/** Milliseconds within which a health check must be answered. */
const HEALTH_MS = 2_000;

/** How long to wait for a server. */
interface HealthWait {
  /** Whether the server's process still exists. */
  readonly isThere: () => boolean | Promise<boolean>;
  readonly timeoutMs: number;
  /** Aborts when nobody needs the server any more. */
  readonly stopping: AbortSignal;
}

/**
 * Waits until a server that was started says that it listens, and answers; resolves with its version.
 *
 * @param exited Resolves with the exit code when the server ended.
 * @throws {UsageError} When it ended, is too old, or does not come up.
 */
export async function ready(
  endpoint: Endpoint,
  logFile: string,
  exited: Promise<number>,
  stopping: AbortSignal,
): Promise<string> {
  const until = performance.now() + START_MS;
  let code: number | undefined;
  exited.then((value) => code = value);
  const isThere = () => code === undefined;
  try {
    while (!/listening on http/.test(await Deno.readTextFile(logFile))) {
      if (!isThere() || performance.now() > until) throw new Error("it does not listen");
      await delay(25, { signal: stopping });
    }
    const version = await waitForHealth(endpoint, {
      isThere,
      timeoutMs: until - performance.now(),
      stopping,
    });
    await needPassword(endpoint, stopping);
    return version;
  } catch (error) {
    const other = isThere() && performance.now() < until;
    if (other || error instanceof UsageError) throw error;
    throw unusable(
      code === undefined
        ? `opencode did not come up within ${START_MS / 1000} s: see ${logFile}`
        : `opencode ended at start with code ${code}: ${await lastLines(logFile)}`,
    );
  }
}

/**
 * The version of a server that answers within two seconds.
 *
 * @param stopping Aborts when nobody needs it any more.
 * @throws {UsageError} When it is too old.
 * @throws What {@linkcode request} throws.
 */
export async function health(endpoint: Endpoint, stopping?: AbortSignal): Promise<string> {
  const url = new URL("/global/health", endpoint.url);
  const soon = AbortSignal.timeout(HEALTH_MS);
  const signal = stopping ? AbortSignal.any([stopping, soon]) : soon;
  const response = await request(endpoint, "GET /global/health", url, "application/json", {
    signal,
  });
  const version = string(object(await response.json()).version) ?? "";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw unusable(
      `opencode ${version || "of unknown version"} is too old: update it to ${OLDEST.join(".")} ` +
        "or newer (npm install -g opencode-ai)",
    );
  }
  return version;
}

/** @throws {UsageError} When the server answers a request without a password. */
async function needPassword({ url }: Endpoint, stopping: AbortSignal): Promise<void> {
  const version = await health({ url }, stopping).catch(() => undefined);
  if (version !== undefined) throw unusable("opencode serves everybody, without its password");
}

/** The version of a server that may take longer, as it still starts or is busy; asks again and again. */
export async function waitForHealth(
  endpoint: Endpoint,
  { isThere, timeoutMs, stopping }: HealthWait,
): Promise<string> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    try {
      // A request that meets the server at the moment it opens its port can hang for ever (1.18.33).
      return await health(endpoint, stopping);
    } catch (error) {
      const over = stopping.aborted || performance.now() > until;
      if (over || error instanceof UsageError || !await isThere()) throw error;
      await delay(250, { signal: stopping });
    }
  }
}

/** The last five lines of a log file as one line of at most 500 characters, with secrets hidden before the cut. */
export async function lastLines(file: string): Promise<string> {
  const text = await Deno.readTextFile(file).catch(() => "");
  return redact(text).trim().split("\n").slice(-5).join(" ").slice(-500) || "it said nothing";
}

/** The error for an opencode that cannot be used as it is. */
export function unusable(message: string): UsageError {
  return new UsageError(message, { exitCode: 1 });
}
