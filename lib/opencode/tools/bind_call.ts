import { isDeepStrictEqual } from "node:util";
import type { Run } from "../../model/turn.ts";
import type { RunningCall } from "../transcript/running_calls.ts";
import { agentToolName } from "./mcp_address.ts";
import type { McpCall } from "./mcp_server.ts";

/** A turn that is followed, with the calls that run in it now. */
export interface CallingTurn {
  readonly run: Run;
  readonly runningCalls: readonly RunningCall[];
}

/** The turn in which a call runs. */
export interface BoundCall {
  readonly run: Run;
  /** Identifies the call in its turn. */
  readonly id: string;
}

/**
 * Finds the turn in which a call of one of our tools runs: the events of exactly one turn in its directory show
 * the same call with the same input. What has an owner already, or waits for a permission, is another call.
 *
 * @param isTaken Whether a call of a turn has been answered, or is being.
 * @returns `unclear` if the same runs in several turns; `undefined` if it runs in none.
 */
export function bindCall(
  { directory, tool, input }: McpCall,
  turns: Iterable<CallingTurn>,
  isTaken: (bound: BoundCall) => boolean,
): BoundCall | "unclear" | undefined {
  const name = agentToolName(tool);
  const found = [...turns].filter(({ run }) => run.directory === directory)
    .flatMap(({ run, runningCalls }) =>
      runningCalls.filter((call) => call.tool === name && isDeepStrictEqual(call.input, input))
        .map(({ id }) => ({ run, id }))
        .filter((bound) => !isTaken(bound))
        // Equal calls of one turn are all the same.
        .slice(0, 1)
    );
  return found.length > 1 ? "unclear" : found[0];
}
