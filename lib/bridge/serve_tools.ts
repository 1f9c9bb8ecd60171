import type { AgentToolCall, AgentToolResult } from "../model/agent_tool.ts";
import type { Agent } from "../model/ports.ts";
import { runOf } from "../model/turn.ts";
import { agentTexts } from "../texts/agent.ts";
import type { Conversation } from "./conversation/conversation.ts";
import { sendTools } from "./files_out/send_tools.ts";

/** What {@linkcode serveTools} needs. */
export interface ServeToolsOptions {
  readonly agent: Pick<Agent, "serve">;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Offers the bridge's tools to the agent. Each call goes to the turn in which it runs. */
export function serveTools(
  { agent, signal }: ServeToolsOptions,
  conversations: () => Iterable<Promise<Conversation>>,
): void {
  const call = async (call: AgentToolCall): Promise<AgentToolResult> => {
    for (const opened of [...conversations()]) {
      const { queue } = await opened;
      const turn = queue.turns.find(({ record }) => {
        const run = runOf(record);
        return run?.sessionId === call.sessionId && run.userMessageId === call.userMessageId;
      });
      if (turn !== undefined) return await turn.files.answer(call);
    }
    return { text: agentTexts.turnEnded, isError: true };
  };
  agent.serve({ tools: sendTools, instructions: agentTexts.tools, call }, signal);
}
