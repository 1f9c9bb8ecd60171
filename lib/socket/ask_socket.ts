import { UsageError } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import type { ScriptReply, ScriptRequest } from "../model/script.ts";
import { closer } from "./closer.ts";
import { FrameReader, writeFrame } from "./frames.ts";
import { MAX_REPLY_BYTES, parseReply, requestHead } from "./protocol.ts";
import { socketPath } from "./socket_path.ts";

/** No connection was made, or it has ended before the last reply. */
export class SocketLost extends Error {
  override name = "SocketLost";
  /** Whether the bridge may have the request. */
  readonly isSent: boolean;

  constructor(isSent: boolean, cause: unknown) {
    super("no connection to the bridge", { cause });
    this.isSent = isSent;
  }
}

/**
 * Makes a request of the bridge that runs with a state directory, in one attempt.
 *
 * @param onReply Called with each reply that is not the last one.
 * @param signal Ends the wait; what was asked goes on.
 * @returns The last reply.
 * @throws {SocketLost} Without a connection, or when it ends too soon; {@linkcode UsageError} when what answers is
 * not the bridge; or the signal's reason.
 */
export async function askSocket(
  stateDir: string,
  request: ScriptRequest,
  onReply: (reply: ScriptReply) => void,
  signal: AbortSignal,
): Promise<ScriptReply> {
  const path = socketPath(stateDir);
  let isSent = false;
  let close = () => {};
  try {
    signal.throwIfAborted();
    const connection = await Deno.connect({ transport: "unix", path });
    close = closer(connection);
    signal.addEventListener("abort", close);
    // It may have come meanwhile.
    signal.throwIfAborted();
    isSent = true;
    await writeFrame(connection, requestHead(request), bytesOf(request));
    const reader = new FrameReader(connection);
    for (;;) {
      const line = await reader.line(MAX_REPLY_BYTES);
      if (line === undefined) throw new Error("the connection has ended");
      const reply = parseReply(parseJson(line));
      if (reply === undefined) {
        throw new UsageError(`What answers on ${path} is not this version of the bridge`);
      }
      const goesOn = reply.kind === "asked" ||
        (reply.kind === "accepted" && request.kind === "ask");
      if (!goesOn) return reply;
      onReply(reply);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UsageError) throw error;
    throw new SocketLost(isSent, error);
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

function bytesOf(request: ScriptRequest): Uint8Array | undefined {
  return request.kind === "send" ? request.file?.bytes : undefined;
}
