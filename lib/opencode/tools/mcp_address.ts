/** Where the bridge's tools are for the agents of one directory. */
export interface McpAddress {
  readonly url: string;
  /** It opens the tools, for that directory. */
  readonly token: string;
}

/** How many directories have the tools at a time: those in which something was asked last. */
export const MAX_DIRECTORIES = 200;

/** The name of the bridge's tools among the user's MCP servers. opencode puts it before the name of each. */
export const MCP_NAME = "feishu_bridge";

/** Our name for a tool by opencode's name: that of one of the bridge's is shorter. */
export function ownToolName(tool: string): string {
  return tool.startsWith(`${MCP_NAME}_`) ? tool.slice(MCP_NAME.length + 1) : tool;
}

/** opencode's name for one of the bridge's tools. */
export function agentToolName(tool: string): string {
  return `${MCP_NAME}_${tool}`;
}
