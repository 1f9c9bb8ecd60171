import { describe, UsageError } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import type { Log } from "../base/log.ts";
import { pause } from "../base/waiting/wakeup.ts";
import type { RefusedReply, ScriptReply, ScriptRequest } from "../model/script.ts";
import { closer } from "./closer.ts";
import { FrameReader, writeFrame } from "./frames.ts";
import { MAX_REQUEST_BYTES, parseHead } from "./protocol.ts";
import { socketPath } from "./socket_path.ts";

/** What answers scripts. */
export interface ScriptService {
  /**
   * Answers a request. A rejection is told to the script as a failure.
   *
   * @param reply Sends a reply that is not the last one.
   * @param signal Aborts when the script has gone, or the bridge stops.
   * @returns The last reply.
   */
  answer(
    request: ScriptRequest,
    reply: (reply: ScriptReply) => void,
    signal: AbortSignal,
  ): Promise<ScriptReply>;
}

/** What {@linkcode serveSocket} needs. */
export interface SocketOptions {
  readonly service: ScriptService;
  /** The largest file of a request, in bytes. */
  readonly maxFileBytes: number;
  readonly log: Log;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** How long a script may take to send its request, in milliseconds. */
  readonly requestMs?: number;
}

/** How long a script may take to send its request, in milliseconds. */
const REQUEST_MS = 30_000;
/** How long to wait before it is tried again to listen, in milliseconds. */
const AGAIN_MS = 60_000;
/** How many scripts are served at a time. */
const MAX_CONNECTIONS = 200;

/**
 * Serves the scripts of this user on a socket in the state directory, which is locked and private, until the signal
 * aborts. Where no socket can be made, it warns, and the bridge does without.
 */
export async function serveSocket(stateDir: string, options: SocketOptions): Promise<void> {
  const { log, signal } = options;
  const listener = await listening(stateDir, options);
  if (listener === undefined) return;
  const open = new Set<Promise<void>>();
  const close = closer(listener);
  signal.addEventListener("abort", close);
  try {
    // It may have come to its end meanwhile.
    if (signal.aborted) return close();
    for await (const connection of listener) {
      if (open.size >= MAX_CONNECTIONS) {
        connection.close();
        continue;
      }
      const served = serve(connection, options)
        .catch((error) => log.debug(`a script was not served: ${describe(error)}`))
        .finally(() => open.delete(served));
      open.add(served);
    }
  } finally {
    signal.removeEventListener("abort", close);
    close();
    await Promise.all(open);
    await Deno.remove(socketPath(stateDir)).catch(() => {});
  }
}

/** Listens as soon as that is possible; `undefined` when the signal aborts before. */
async function listening(
  stateDir: string,
  { log, signal }: Pick<SocketOptions, "log" | "signal">,
): Promise<Deno.Listener | undefined> {
  for (let isTold = false; !signal.aborted; isTold = true) {
    try {
      return await listen(stateDir);
    } catch (error) {
      const why = describe(error);
      log[isTold ? "debug" : "warn"](`send, ask, chats and attach do not work for now: ${why}`);
      // A path that is too long stays that.
      await pause(error instanceof UsageError ? Infinity : AGAIN_MS, signal);
    }
  }
  return undefined;
}

async function listen(stateDir: string): Promise<Deno.Listener> {
  const path = socketPath(stateDir);
  // A bridge that was killed has left it. No other one uses this directory, which is locked.
  await Deno.remove(path).catch(() => {});
  const listener = Deno.listen({ transport: "unix", path });
  await Deno.chmod(path, 0o600);
  return listener;
}

/** Serves one connection, which it closes. */
async function serve(connection: Deno.Conn, options: SocketOptions): Promise<void> {
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const close = closer(connection);
  const timer = setTimeout(close, options.requestMs ?? REQUEST_MS);
  const reader = new FrameReader(connection);
  let sending = Promise.resolve();
  const send = (reply: ScriptReply) => {
    sending = sending.then(() => writeFrame(connection, reply));
    sending.catch(() => ended.abort());
    return sending;
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    const request = await readRequest(reader, options.maxFileBytes);
    clearTimeout(timer);
    if (request === undefined) return;
    if ("why" in request) return await send(request);
    // Nothing follows a request: what ends this read is that the script has gone.
    reader.line(0).then(() => ended.abort(), () => ended.abort());
    const last = await options.service.answer(request, (reply) => void send(reply), signal)
      .catch((error): RefusedReply => failed(describe(error)));
    if (!signal.aborted) await send(last);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", close);
    await sending.catch(() => {});
    close();
  }
}

/** Reads a request; `undefined` if the script has gone before its end. */
async function readRequest(
  reader: FrameReader,
  maxFileBytes: number,
): Promise<ScriptRequest | RefusedReply | undefined> {
  const line = await reader.line(MAX_REQUEST_BYTES)
    .catch((error) => failed(describe(error)));
  if (typeof line !== "string") return line;
  const head = parseHead(parseJson(line));
  if (head === undefined) return failed("this bridge does not know such a request");
  const { request, file } = head;
  if (file === undefined || request.kind !== "send") return request;
  if (file.size > maxFileBytes) return failed(`the file has more than ${maxFileBytes} bytes`);
  const bytes = await reader.bytes(file.size);
  return bytes && { ...request, file: { name: file.name, bytes } };
}

function failed(detail: string): RefusedReply {
  return { kind: "refused", why: "failed", detail };
}
