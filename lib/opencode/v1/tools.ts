import { object, string } from "../../base/json.ts";
import { MCP_NAME } from "../tools/mcp_address.ts";
import type { WireTools } from "../wire.ts";
import { type Caller, path } from "./caller.ts";

/** Milliseconds that opencode waits for the answer of one of our tools, and we for its instance to begin. */
const TOOL_MS = 30_000;

/**
 * Adds our tools to those of a directory's instance. opencode keeps the address in memory only: no file, no
 * environment and no answer of its API shows the token (observed on 1.18.33). It forgets it when the instance is
 * disposed of.
 */
export function toolsV1(caller: Caller): WireTools {
  return {
    async offer(directory, { url, token }, isKnown, signal) {
      const parse = (json: unknown) => string(object(object(json)[MCP_NAME]).status) ?? "";
      const where = { directory, path: "/mcp", attempts: 1, timeoutMs: TOOL_MS, parse, signal };
      if (isKnown && await caller.call(where) === "connected") return true;
      const headers = { authorization: `Bearer ${token}` };
      const config = { type: "remote", url, headers, oauth: false, timeout: TOOL_MS };
      const body = { name: MCP_NAME, config };
      return await caller.call({ ...where, method: "POST", body }) === "connected";
    },
    async withdraw(directory, signal) {
      const where = { directory, path: path("mcp", MCP_NAME, "disconnect"), attempts: 1 };
      await caller.post({ ...where, signal });
    },
  };
}
