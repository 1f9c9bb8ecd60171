import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { wallNow } from "../../base/time/clock.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import type { RestFault } from "./fault_rules.ts";
import { parseForm } from "./form.ts";
import { feishuId } from "./feishu_id.ts";
import { isObject, type JsonObject, object, parseJson } from "../../base/json.ts";
import { MAX_RECORDS, type RequestRecord } from "./records.ts";
import { Refusal } from "./refusal.ts";
import { isForLoopback, requestTarget } from "./request_target.ts";
import type { RouteAnswer } from "./route.ts";
import { findRoute, runRoute } from "./routes.ts";
import type { TwinState } from "./twin_state.ts";

/** A little more than the 100 MB that a user may send as a file (Feishu docs: resources). */
const MAX_BODY_BYTES = 101 * 1024 * 1024;

/** The most that is read of somebody who has not shown a token, in bytes: every account can connect. */
const MAX_STRANGER_BYTES = 64 * 1024;

/** What serves the paths that are not Feishu's. */
export interface OtherHandler {
  /** Whether a request comes from somebody whose long bodies are read. */
  readonly admits: (request: IncomingMessage) => boolean;
  /** Answers a request, or returns `false` to leave it a 404. */
  readonly serve: (
    request: IncomingMessage,
    response: ServerResponse,
    target: URL,
    body: Uint8Array,
  ) => boolean;
}

/** The twin's HTTP server. It reads requests, applies faults, runs routes, answers, and keeps a record. */
export class TwinHttpServer {
  /** Answers requests for paths that are not Feishu's. */
  other: OtherHandler = { admits: () => false, serve: () => false };
  readonly #state: TwinState;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #closing = new AbortController();
  readonly #hanging = new Set<ServerResponse>();

  constructor(state: TwinState) {
    this.#state = state;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => request.socket.destroy());
    });
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("upgrade", (request, socket, head) => {
      const refuse = state.faults.refuseConnections === "handshake";
      try {
        state.connection.upgrade(request, socket, head, refuse);
      } catch {
        // Nobody's request may end the process.
        socket.destroy();
      }
    });
  }

  /** Listens on 127.0.0.1 and resolves with the port. Rejects when the port is taken. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, "127.0.0.1", () => {
        const address = this.#server.address();
        resolve(isObject(address) && typeof address.port === "number" ? address.port : port);
      });
    });
  }

  /** Cuts all connections, hanging requests included, and stops listening. */
  close(): Promise<void> {
    this.#closing.abort();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const response of this.#hanging) response.end();
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = wallNow();
    response.setHeader("date", new Date(this.#state.clock.now()).toUTCString());
    const url = requestTarget(request);
    if (url === undefined) return sendJson(response, 400, { error: "not a path" });
    if (!isForLoopback(request)) return sendJson(response, 403, { error: "not this host" });
    const raw = await readBody(request, this.#maxBytes(request));
    const method = request.method ?? "GET";
    const path = url.pathname;
    if (!isFeishuPath(path)) {
      if (!this.other.serve(request, response, url, raw)) notFound(response);
      return;
    }
    const contentType = request.headers["content-type"] ?? "";
    const body = contentType.startsWith("multipart/")
      ? {}
      : object(parseJson(new TextDecoder().decode(raw)));
    const record: RequestRecord = {
      at,
      method,
      path,
      query: Object.fromEntries(url.searchParams),
      body: contentType.startsWith("multipart/") ? formSummary(raw, contentType) : censored(body),
      status: 0,
    };
    const { requests } = this.#state;
    if (requests.push(record) > MAX_RECORDS) requests.shift();
    const fault = this.#state.faults.restFault(`${method} ${path}`);
    if (fault?.hang) {
      this.#hanging.add(response);
      return this.#emit(record);
    }
    if (this.#state.faults.delayMs > 0) {
      await pause(this.#state.faults.delayMs, this.#closing.signal);
    }
    if (fault !== undefined && !fault.loseAnswer) return this.#fail(fault, response, record);
    const found = findRoute(method, path);
    if (found === undefined) {
      notFound(response);
      return this.#log(record, 404, undefined);
    }
    const { host = "", authorization } = request.headers;
    const { params } = found;
    const state = this.#state;
    const { query } = record;
    const call = { state, params, query, body, raw, contentType, authorization, host };
    let answer: RouteAnswer;
    try {
      answer = runRoute(found.route, call);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code, message: msg, status, headers } = error;
      if (fault?.loseAnswer) return this.#lose(fault, response, record);
      sendJson(response, status, { code, msg, error: { log_id: feishuId("") } }, headers);
      record.msg = msg;
      return this.#log(record, status, code);
    }
    if (fault?.loseAnswer) return this.#lose(fault, response, record);
    this.#answer(answer, response, record);
  }

  #maxBytes(request: IncomingMessage): number {
    const isKnown = this.#state.tokens.isValid(request.headers.authorization) ||
      this.other.admits(request);
    return isKnown ? MAX_BODY_BYTES : MAX_STRANGER_BYTES;
  }

  #lose(fault: RestFault, response: ServerResponse, record: RequestRecord): void {
    if (fault.status !== undefined) return this.#fail({ ...fault, html: true }, response, record);
    // The answer breaks off inside its body. If the connection ended before the answer began, Deno's fetch
    // would silently repeat the request on a new connection, even a POST.
    response.writeHead(200, { "content-length": "100" }).write(
      "{",
      () => response.destroy(new Error("lost")),
    );
    this.#emit(record);
  }

  #answer(answer: RouteAnswer, response: ServerResponse, record: RequestRecord): void {
    if ("bytes" in answer) {
      const headers = { "content-type": answer.mime, "x-tt-logid": feishuId("") };
      response.writeHead(200, headers).end(answer.bytes);
      return this.#log(record, 200, undefined);
    }
    const body = "body" in answer ? answer.body : { code: 0, msg: "success", data: answer.data };
    const status = ("status" in answer ? answer.status : undefined) ?? 200;
    sendJson(response, status, body);
    this.#log(record, status, typeof body.code === "number" ? body.code : undefined);
  }

  #fail(fault: RestFault, response: ServerResponse, record: RequestRecord): void {
    const { status = 500, retryAfterS } = fault;
    const code = fault.code ?? (status === 429 ? 99991400 : 2200);
    const headers: Record<string, string> = retryAfterS === undefined
      ? {}
      : { "x-ogw-ratelimit-reset": String(retryAfterS) };
    const page = fault.html
      ? `<html><head><title>${status}</title></head><body>openresty</body></html>`
      : fault.body;
    if (page !== undefined) {
      response.writeHead(status, { ...headers, "content-type": "text/html" }).end(page);
      return this.#log(record, status, undefined);
    }
    const msg = fault.msg ??
      (status === 429 ? "request trigger frequency limit" : "Internal Error");
    sendJson(response, status, { code, msg, error: { log_id: feishuId("") } }, headers);
    this.#log(record, status, code);
  }

  #log(record: RequestRecord, status: number, code: number | undefined): void {
    record.status = status;
    record.ms = wallNow() - record.at;
    if (code !== undefined) record.code = code;
    this.#emit(record);
  }

  #emit(request: RequestRecord): void {
    this.#state.changes.emit({ kind: "request", request });
  }
}

/** Answers with JSON and a log id. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...headers,
    "content-type": "application/json; charset=utf-8",
    "x-tt-logid": feishuId(""),
  }).end(JSON.stringify(body));
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { "content-type": "text/plain" }).end("404 page not found");
}

function isFeishuPath(path: string): boolean {
  return path.startsWith("/open-apis/") || path.startsWith("/callback/");
}

/** The body; empty when it has more than `maxBytes`, so that whoever sent it still gets an answer. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const { "content-length": length = "0", "transfer-encoding": encoding } = request.headers;
  // Deno 2.7 never ends the stream of a request without a body, nor of a GET with one, as the SDK sends it.
  const empty = request.method === "GET" || (encoding === undefined && length === "0");
  if (empty) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error("The request body is too large.");
    if (size <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (size > maxBytes) return new Uint8Array();
  return new Uint8Array(Buffer.concat(chunks));
}

function censored(body: JsonObject): JsonObject {
  const secret = new Set(["app_secret", "AppSecret", "ClientAssertion"]);
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [key, secret.has(key) ? "…" : value]),
  );
}

function formSummary(raw: Uint8Array, contentType: string): JsonObject {
  return Object.fromEntries(
    parseForm(raw, contentType).map(({ name, bytes }) => [
      name,
      bytes.length > 200 || name === "file" || name === "image"
        ? { bytes: bytes.length }
        : new TextDecoder().decode(bytes),
    ]),
  );
}
