import type { ExportedTurn, SessionRef } from "../model/session.ts";
import { textOf, turnsOf } from "./read_history.ts";
import { load } from "./transcript/fold.ts";
import type { Message } from "./transcript/message.ts";
import { read } from "./transcript/reading.ts";
import { Transcript } from "./transcript/transcript.ts";
import type { Wire } from "./wire.ts";

/** Reads the turns of a session that are in force, oldest first; `undefined` when it is lost. */
export async function exportTurns(
  wire: Pick<Wire, "session" | "messages">,
  ref: SessionRef,
  signal: AbortSignal,
): Promise<ExportedTurn[] | undefined> {
  const session = await wire.session(ref, signal);
  if (session === undefined) return undefined;
  const messages = await wire.messages(ref, {}, signal);
  const undone = messages.findIndex(({ info }) => info.id === session.revertedFrom);
  const inForce = undone === -1 ? messages : messages.slice(0, undone);
  return turnsOf(inForce).flatMap((turn) => exported(ref, turn));
}

function exported({ id }: SessionRef, turn: readonly Message[]): ExportedTurn[] {
  const [prompt] = turn;
  if (prompt === undefined) return [];
  const transcript = new Transcript(id, prompt.info.id);
  load(transcript, turn);
  return [{ prompt: textOf(prompt), created: prompt.info.created, reading: read(transcript) }];
}
