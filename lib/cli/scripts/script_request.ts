import { delay } from "@std/async";
import { describe, UsageError } from "../../base/errors.ts";
import { visible } from "../../base/visible.ts";
import type { ListedChat, RefusedReply, ScriptReply, ScriptRequest } from "../../model/script.ts";
import { askSocket, SocketLost } from "../../socket/ask_socket.ts";
import type { TerminalTexts } from "../../texts/terminal_texts.ts";
import { findBridge } from "../background/bridge_record.ts";
import { columns } from "../columns.ts";
import { EXIT } from "../exit_codes.ts";
import { complain } from "../terminal.ts";
import { mistake } from "../mistake.ts";

/** How long a bridge may take to listen after its start, in milliseconds. */
const START_MS = 5_000;
/** How long to wait for a bridge that has gone while it had the request, in milliseconds: it may be started again. */
const AWAY_MS = 60_000;
/** How long to wait before the next attempt, in milliseconds. */
const RETRY_MS = 300;

/** What {@linkcode scriptRequest} needs. */
export interface RequestOptions {
  readonly stateDir: string;
  readonly texts: TerminalTexts;
  /** Called with each reply that is not the last one. */
  readonly onReply?: (reply: ScriptReply) => void;
  /** Ends the wait; what was asked goes on. */
  readonly signal?: AbortSignal;
}

/**
 * Makes a request of the bridge, again if the connection is lost: it acts once. Resolves with the last reply, unless
 * that says that nothing was done.
 *
 * @throws {UsageError} When no bridge runs, the chat is not clear, or the request is refused; or the signal's reason.
 */
export async function scriptRequest<T extends ScriptReply["kind"]>(
  request: ScriptRequest,
  kind: T,
  { stateDir, texts, onReply = () => {}, signal = new AbortController().signal }: RequestOptions,
): Promise<Extract<ScriptReply, { kind: T }>> {
  let isSent = false;
  let current = request;
  const note = (reply: ScriptReply) => {
    // What is accepted is for that chat, whatever its name becomes.
    if (reply.kind === "accepted") current = { ...current, chat: reply.chat.id };
    onReply(reply);
  };
  for (let deadline = performance.now() + START_MS;;) {
    try {
      const reply = await askSocket(stateDir, current, note, signal);
      if (reply.kind === kind) return reply as Extract<ScriptReply, { kind: T }>;
      throw notDone(reply, texts);
    } catch (error) {
      if (!(error instanceof SocketLost)) throw error;
      if (error.isSent && !isSent) {
        isSent = true;
        deadline = performance.now() + AWAY_MS;
        complain(texts.scriptAway);
      }
      const isDown = await findBridge(stateDir) === undefined;
      if (isDown && !isSent) {
        throw new UsageError(texts.scriptNoBridge, { exitCode: EXIT.noBridge });
      }
      if (performance.now() > deadline) {
        const why = isSent ? texts.scriptLost : texts.scriptSilent(describe(error.cause));
        throw new UsageError(why, { exitCode: EXIT.noBridge });
      }
      await delay(RETRY_MS, { signal });
    }
  }
}

/** The mistake that a reply tells of. */
function notDone(reply: ScriptReply, texts: TerminalTexts): UsageError {
  if (reply.kind === "unclear") {
    const { matches, nearest, missing = [] } = reply;
    const sentence = matches.length > 0
      ? texts.chatAmbiguous(matches.length)
      : texts.chatUnknown(nearest === undefined ? nearest : visible(nearest));
    const why = missing.length > 0 ? [texts.namesMissing(visible(missing.join(", ")))] : [];
    return mistake([sentence, ...chatLines(matches, texts), ...why].join("\n"));
  }
  if (reply.kind === "refused") {
    const why = refusal(reply, texts);
    return reply.why === "other id" ? mistake(why) : new UsageError(why);
  }
  return new UsageError(texts.scriptRefused.failed(""));
}

function refusal({ why, detail = "" }: RefusedReply, texts: TerminalTexts): string {
  return texts.scriptRefused[why](texts.reason(detail));
}

/** A line for each chat: its name, its kind, and its id. */
export function chatLines(chats: readonly ListedChat[], texts: TerminalTexts): string[] {
  return columns(chats.map(({ name, kind, id }) => [
    visible(name) || texts.chatUnnamed,
    texts.chatKinds[kind],
    id,
  ]));
}
