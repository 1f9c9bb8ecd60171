import type { AgentToolCall, AgentToolResult } from "../model/agent_tool.ts";
import type { Agent } from "../model/ports.ts";
import { runOf, type TurnRecord } from "../model/turn.ts";
import { agentTexts } from "../texts/agent.ts";
import { sendTools } from "./files_out/send_tools.ts";
import type { TurnFiles } from "./turn/turn_files.ts";

/** A conversation in whose turns tools are called. */
export interface ToolsConversation {
  readonly queue: {
    readonly turns: readonly {
      readonly record: Pick<TurnRecord, "state">;
      readonly files: Pick<TurnFiles, "answer">;
    }[];
  };
}

/** What {@linkcode serveTools} needs. */
export interface ServeToolsOptions {
  readonly agent: Pick<Agent, "serve">;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Offers the bridge's tools to the agent. Each call goes to the turn in which it runs. */
export function serveTools(
  { agent, signal }: ServeToolsOptions,
  conversations: () => Iterable<Promise<ToolsConversation>>,
): void {
  const call = async (call: AgentToolCall): Promise<AgentToolResult> => {
    const turnIn = async (opened: Promise<ToolsConversation>) => {
      const turn = (await opened).queue.turns.find(({ record }) => {
        const run = runOf(record);
        return run?.sessionId === call.sessionId && run.userMessageId === call.userMessageId;
      });
      if (turn === undefined) throw new Error("the call is another conversation's");
      return turn;
    };
    // A conversation that cannot be opened, or not yet, holds up no calls of others.
    const turn = await Promise.any(Array.from(conversations(), turnIn)).catch(() => undefined);
    return await turn?.files.answer(call) ?? { text: agentTexts.turnEnded, isError: true };
  };
  agent.serve({ tools: sendTools, instructions: agentTexts.tools, call }, signal);
}
