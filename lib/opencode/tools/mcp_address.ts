/** Where the bridge's tools are for the agents of one directory. */
export interface McpAddress {
  readonly url: string;
  /** It opens the tools, for that directory. */
  readonly token: string;
}

/** The name of the bridge's tools among the user's MCP servers. opencode puts it before the name of each. */
export const MCP_NAME = "feishu_bridge";

/** opencode's name for one of the bridge's tools. */
export function agentToolName(tool: string): string {
  return `${MCP_NAME}_${tool}`;
}
