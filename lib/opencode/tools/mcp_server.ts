import { describe } from "../../base/errors.ts";
import { isObject, type JsonObject, object, parseJson, string } from "../../base/json.ts";
import { knownSecrets } from "../../base/secrets/known_secrets.ts";
import type { Log } from "../../base/log.ts";
import { readBounded } from "../../base/network/read_bounded.ts";
import { sameSecret } from "../../base/secrets/same_secret.ts";
import type { AgentTool, AgentToolResult } from "../../model/agent_tool.ts";
import { agentTexts } from "../../texts/agent.ts";
import { MAX_DIRECTORIES, type McpAddress } from "./mcp_address.ts";

/** What an {@linkcode McpServer} needs. */
export interface McpServerOptions {
  readonly tools: readonly AgentTool[];
  /** What the model is told about them once. */
  readonly instructions: string;
  /** Answers a call that came from a directory. */
  readonly call: (call: McpCall) => Promise<AgentToolResult>;
  readonly log: Log;
}

/** A call of a tool. The protocol does not say which session it comes from. */
export interface McpCall {
  /** The directory whose token came with the call. */
  readonly directory: string;
  readonly tool: string;
  readonly input: JsonObject;
}

/** The versions of the protocol whose requests are answered alike, the newest first. */
const VERSIONS = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const;
const PATH = "/mcp";
/** The most bytes of a request: a path and a caption are small. */
const MAX_BYTES = 64 * 1024;

/** The codes of JSON-RPC 2.0. */
const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;

/**
 * The bridge's tools as a server of the Model Context Protocol (modelcontextprotocol.io, transport "streamable
 * HTTP" without sessions and streams): each request is one POST and gets one JSON answer.
 *
 * It listens on loopback only, on a port that the system chooses. A page in a browser cannot use it: it needs
 * a token that is random for each directory, the right `Host`, and no `Origin`.
 */
export class McpServer {
  readonly #options: McpServerOptions;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** Directory → its token, the one that was asked for or used last at the end. */
  readonly #tokens = new Map<string, string>();

  constructor(options: McpServerOptions) {
    this.#options = options;
    const onError = (error: unknown) => {
      options.log.debug(`a request of the agent's tools broke off: ${describe(error)}`);
      return new Response(null, { status: 500 });
    };
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {}, onError },
      (request) => this.#answer(request),
    );
  }

  /** The address for the agents of a directory. It counts until very many others were asked for or used. */
  addressOf(directory: string): McpAddress {
    const token = this.#tokens.get(directory) ?? crypto.randomUUID();
    this.#keep(directory, token);
    knownSecrets.add(secretOf(directory), token);
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size <= MAX_DIRECTORIES) break;
      this.#tokens.delete(oldest);
      knownSecrets.forget(secretOf(oldest));
    }
    return { url: `http://${this.#host}${PATH}`, token };
  }

  /** Ends it, with the calls that still run. */
  async close(): Promise<void> {
    await this.#server.shutdown();
  }

  get #host(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  async #answer(request: Request): Promise<Response> {
    const { headers, method, url } = request;
    const isForeign = headers.get("host") !== this.#host || headers.has("origin");
    if (isForeign) return await refuse(request, 403);
    if (new URL(url).pathname !== PATH) return await refuse(request, 404);
    const directory = this.#directoryOf(headers.get("authorization") ?? "");
    if (directory === undefined) return await refuse(request, 401);
    // There is no stream of events to open, and no session to end.
    if (method !== "POST") return await refuse(request, 405);
    if (!/^application\/json\b/i.test(headers.get("content-type") ?? "")) {
      return await refuse(request, 415);
    }
    const body = await readBounded(request.body, MAX_BYTES);
    if (body === undefined) return new Response(null, { status: 413 });
    const message = parseJson(new TextDecoder().decode(body));
    if (message === undefined) return failed(null, PARSE_ERROR, "Parse error", 400);
    if (!isObject(message) || message.jsonrpc !== "2.0") {
      return failed(null, INVALID_REQUEST, "Invalid request", 400);
    }
    return await this.#handle(message, directory);
  }

  async #handle(message: JsonObject, directory: string): Promise<Response> {
    const { id, method } = message;
    const params = object(message.params);
    // A notification, or an answer to a question that was never asked.
    if (id === undefined || method === undefined) return new Response(null, { status: 202 });
    const { tools, instructions } = this.#options;
    switch (method) {
      case "initialize":
        return answer(id, {
          protocolVersion: VERSIONS.find((one) => one === params.protocolVersion) ?? VERSIONS[0],
          capabilities: { tools: {} },
          serverInfo: { name: "feishu-opencode-bridge", version: "1" },
          instructions,
        });
      case "ping":
        return answer(id, {});
      case "tools/list":
        return answer(id, {
          tools: tools.map(({ name, description, input }) => ({
            name,
            description,
            inputSchema: input,
          })),
        });
      case "tools/call": {
        const tool = string(params.name) ?? "";
        if (!tools.some(({ name }) => name === tool)) {
          return failed(id, INVALID_PARAMS, `Unknown tool: ${tool.slice(0, 100)}`);
        }
        const call = { directory, tool, input: object(params.arguments) };
        const { text, isError = false } = await this.#call(call);
        return answer(id, { content: [{ type: "text", text }], isError });
      }
      default:
        return failed(id, METHOD_NOT_FOUND, "Method not found");
    }
  }

  async #call(call: McpCall): Promise<AgentToolResult> {
    const { log } = this.#options;
    try {
      return await this.#options.call(call);
    } catch (error) {
      log.warn(`the agent's call of ${call.tool} failed: ${describe(error)}`);
      return { text: agentTexts.toolFailed, isError: true };
    }
  }

  #directoryOf(authorization: string): string | undefined {
    const [, given = ""] = /^Bearer (.+)$/i.exec(authorization) ?? [];
    const [directory, token] = [...this.#tokens].find((one) => sameSecret(given, one[1])) ?? [];
    if (directory !== undefined && token !== undefined) this.#keep(directory, token);
    return directory;
  }

  /** Keeps a token longer than all others. */
  #keep(directory: string, token: string): void {
    this.#tokens.delete(directory);
    this.#tokens.set(directory, token);
  }
}

/** What the token of a directory is called among the secrets. */
function secretOf(directory: string): string {
  return `agent tools in ${directory}`;
}

/** Refuses a request without reading it. */
async function refuse(request: Request, status: number): Promise<Response> {
  await request.body?.cancel();
  const headers = status === 405 ? { allow: "POST" } : undefined;
  return new Response(null, { status, ...(headers && { headers }) });
}

function answer(id: unknown, result: JsonObject): Response {
  return Response.json({ jsonrpc: "2.0", id, result });
}

function failed(id: unknown, code: number, message: string, status = 200): Response {
  return Response.json({ jsonrpc: "2.0", id, error: { code, message } }, { status });
}
