import { Buffer } from "node:buffer";
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from "node:http";
import { ApiError } from "../../base/errors.ts";
import { summaryLine } from "../../base/text.ts";
import { codeMeaning } from "../rest/codes.ts";
import type { Agent } from "./proxy_agent.ts";

/** What Node's agents do with each request, which has no public name. */
interface AgentInternals {
  addRequest?(request: ClientRequest, ...options: unknown[]): void;
}

/**
 * Makes an agent tell why Feishu refuses a handshake. Of an answer other than the upgrade `ws` keeps the status
 * alone, and the SDK (1.74) nothing.
 *
 * @returns The agent.
 */
export function tellRefusals(agent: Agent, onRefused: (error: ApiError) => void): Agent {
  const internals = agent as Agent & AgentInternals;
  const addRequest = internals.addRequest?.bind(agent);
  if (addRequest === undefined) return agent;
  internals.addRequest = (request, ...options) => {
    request.once("response", ({ headers }: IncomingMessage) => {
      const refusal = handshakeRefusal(headers);
      if (refusal) onRefused(refusal);
    });
    addRequest(request, ...options);
  };
  return agent;
}

/**
 * The error that the headers of an answer tell of; `undefined` when they are not Feishu's. Its SDKs for Go and Python
 * read these: a status, words, and for 514 a code that is more exact, such as that of too many connections.
 */
function handshakeRefusal(headers: IncomingHttpHeaders): ApiError | undefined {
  // Node reads each byte of a header as one character.
  const said = (name: string) =>
    Buffer.from(String(headers[`handshake-${name}`] ?? ""), "latin1").toString();
  const status = Number(said("status"));
  if (!status) return undefined;
  const exact = Number(said("autherrcode")) || undefined;
  const meaning = exact && codeMeaning(exact, "POST /callback/ws/endpoint").meaning;
  const words = [meaning ?? "", summaryLine(said("msg"), 300)].filter((part) => part !== "");
  return new ApiError(`Feishu refused: ${words.join(": ") || "no reason given"}`, {
    service: "feishu",
    method: "WebSocket handshake",
    code: exact ?? status,
    retryable: true,
  });
}
