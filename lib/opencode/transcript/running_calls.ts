import type { JsonObject } from "../../base/json.ts";
import type { ToolPart } from "./message.ts";
import { isClosed } from "./step.ts";
import { callKey } from "./tool_images.ts";
import type { Transcript } from "./transcript.ts";

/** A call of a tool that runs. */
export interface RunningCall {
  /** Identifies it in its turn. */
  readonly id: string;
  readonly tool: string;
  readonly input: JsonObject;
}

/** The calls of a turn that run now, without those that wait for somebody's permission. */
export function runningCalls(t: Transcript): RunningCall[] {
  const waiting = new Set([...t.requests.values()].map(({ origin }) => origin && callKey(origin)));
  return [...t.byMessage.values()].filter(({ info }) => !isClosed(info))
    .flatMap(({ entries }) => entries.map(({ part }) => part))
    .filter((part): part is ToolPart => part.type === "tool")
    .filter((part) => part.call.state === "running" && !waiting.has(callKey(part)))
    .flatMap((part) =>
      part.input === undefined ? [] : { id: callKey(part), tool: part.call.tool, input: part.input }
    );
}
