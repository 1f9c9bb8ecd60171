import type { ToolImage } from "../model/agent_tool.ts";

/** A file in the result of a tool. */
export interface ResultFile {
  readonly mime: string;
  /** A `data:` URL, if its content is in the result. */
  readonly url: string;
}

/** opencode's own tools that look something up: what they find is for the agent, and the reader has it. */
const LOOKS = ["read", "webfetch", "list_mcp_resources", "read_mcp_resource"];
/** The longest picture, in characters of Base64: 10 MB, the most that a chat takes. */
const MAX_BASE64 = 14_000_000;

/** The pictures in the result of a tool that makes some: a browser's screenshot, a chart. */
export function imagesOf(
  tool: string,
  files: readonly ResultFile[],
): Omit<ToolImage, "key">[] | undefined {
  if (LOOKS.includes(tool)) return undefined;
  const images = files.flatMap(({ mime, url }) => {
    const start = url.indexOf(";base64,");
    const isImage = mime.startsWith("image/") && url.startsWith("data:") && start !== -1;
    const base64 = url.slice(start + ";base64,".length);
    return isImage && base64.length <= MAX_BASE64 ? { mime, base64 } : [];
  });
  return images.length > 0 ? images : undefined;
}
