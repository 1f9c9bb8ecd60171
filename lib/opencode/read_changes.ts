import type { PastTurn, SessionRef } from "../model/session.ts";
import type { FilePatch } from "../model/tool_call.ts";
import type { Wire } from "./wire.ts";

/** Reads what a past turn changed: what git says, else, outside of it, what its tools said. */
export async function readChanges(
  wire: Pick<Wire, "diff" | "edits">,
  session: SessionRef,
  turn: PastTurn,
  signal: AbortSignal,
): Promise<FilePatch[]> {
  const diffs = await Promise.all(turn.promptIds.map((id) => wire.diff(session, id, signal)));
  const known = diffs.flat();
  return known.length > 0 ? known : await wire.edits(session, turn.id, signal);
}
