import type { AgentTool } from "../../model/agent_tool.ts";
import { agentTexts } from "../../texts/agent.ts";

/** The tool that shows a picture. */
export const SEND_IMAGE = "send_image";

const INPUT = {
  type: "object",
  properties: {
    path: { type: "string", description: agentTexts.sendPath },
    caption: { type: "string", description: agentTexts.sendCaption },
  },
  required: ["path"],
  additionalProperties: false,
} as const;

/** The tools with which the agent sends files to the chat. */
export const sendTools: readonly AgentTool[] = [
  { name: "send_file", description: agentTexts.sendFile, input: INPUT },
  { name: SEND_IMAGE, description: agentTexts.sendImage, input: INPUT },
];
