import { delay } from "@std/async";
import { ANSI } from "../../base/ansi.ts";
import { UsageError } from "../../base/errors.ts";
import { redact } from "../../base/secrets/redact.ts";
import { terminalTexts } from "../../texts/terminal_texts.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { reason } from "../http/reason.ts";
import { probeGeneration } from "./generation.ts";
import type { ServerVersion } from "./server_version.ts";

/** Milliseconds that a server may take until it answers; its first start unpacks and migrates things. */
const START_MS = 60_000;
/** What a server says when its port is open: 1.x "opencode server listening on …", 2.x without "opencode". */
const LISTENING = /listening on http:\/\/\S+/;
/** After so many milliseconds a server is asked that has not said it: its words may be others, or in a buffer. */
const SILENT_MS = 3_000;

/** Colours, which opencode prints into a file, too. */
const COMMANDS = new RegExp(ANSI, "gu");

/** How long to wait for a server. */
interface HealthWait {
  /** Whether the server's process still exists. */
  readonly isThere: () => boolean | Promise<boolean>;
  readonly timeoutMs: number;
  /** Aborts when nobody needs the server any more. */
  readonly stopping: AbortSignal;
}

/** A server that was just started. */
interface StartedServer {
  readonly endpoint: Endpoint;
  /** Where its output goes. */
  readonly logFile: string;
  /** Resolves with the exit code when the server ended. */
  readonly exited: Promise<number>;
  /** Milliseconds that it may take; 60 s unless given. */
  readonly timeoutMs?: number;
  /** Milliseconds after which it is asked although it has not said that it listens; 3 s unless given. */
  readonly silentMs?: number;
}

/**
 * Waits until a server that was started says that it listens, and answers; resolves with what it is.
 *
 * @throws {UsageError} When it ended, cannot be used, or does not come up; the message tells why.
 */
export async function ready(
  { endpoint, logFile, exited, timeoutMs = START_MS, silentMs = SILENT_MS }: StartedServer,
  stopping: AbortSignal,
): Promise<ServerVersion> {
  const texts = terminalTexts("en");
  const began = performance.now();
  const until = began + timeoutMs;
  let code: number | undefined;
  exited.then((value) => code = value);
  const isThere = () => code === undefined;
  try {
    while (!LISTENING.test(await Deno.readTextFile(logFile))) {
      if (!isThere() || performance.now() > until) throw new Error(texts.opencodeSilent);
      if (performance.now() > began + silentMs) break;
      await delay(25, { signal: stopping });
    }
    const wait = { isThere, timeoutMs: until - performance.now(), stopping };
    const found = await waitForHealth(endpoint, wait);
    await needPassword(endpoint, stopping);
    return found;
  } catch (error) {
    stopping.throwIfAborted();
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      code === undefined
        ? texts.opencodeNotUp(timeoutMs / 1000, reason(error), logFile)
        : texts.opencodeEnded(code, await lastLines(logFile)),
    );
  }
}

/** @throws {UsageError} When the server answers a request without a password. */
async function needPassword({ url }: Endpoint, signal: AbortSignal): Promise<void> {
  const found = await probeGeneration({ url }, { signal }).catch(() => undefined);
  if (found !== undefined) throw new UsageError(terminalTexts("en").servesEverybody);
}

/** Asks a server what it is, again and again: it may still be starting, or busy. */
export async function waitForHealth(
  endpoint: Endpoint,
  { isThere, timeoutMs, stopping }: HealthWait,
): Promise<ServerVersion> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    try {
      // A request that meets the server at the moment it opens its port can hang for ever (1.18.33).
      return await probeGeneration(endpoint, { signal: stopping });
    } catch (error) {
      const over = stopping.aborted || performance.now() > until;
      if (over || error instanceof UsageError || !await isThere()) throw error;
      await delay(250, { signal: stopping });
    }
  }
}

/**
 * The last five lines of a log file as one line of at most 500 characters, without colours, and with secrets hidden
 * before the cut.
 */
export async function lastLines(file: string): Promise<string> {
  const text = (await Deno.readTextFile(file).catch(() => "")).replaceAll(COMMANDS, "");
  return redact(text).trim().split("\n").slice(-5).join(" ").slice(-500) || "it said nothing";
}
