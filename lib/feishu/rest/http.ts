import { ApiError, describe, GATEWAY_STATUSES, NetworkError } from "../../base/errors.ts";
import { isObject, type JsonObject, object, parseJson, string } from "../../base/json.ts";
import { networkReason } from "../../base/network/network_reason.ts";
import { parseRetryAfter } from "../../base/network/retry_after.ts";
import { summaryLine } from "../../base/text.ts";
import type { FeishuClock } from "./clock.ts";
import { codeMeaning, mayPass } from "./codes.ts";
import { doubtConnections, fetchAlive } from "./own_connection.ts";

/** A request, with the field names of the SDK's HTTP layer, which {@linkcode requestJson} replaces. */
export interface HttpRequest {
  readonly url: string;
  readonly method?: string;
  /** A form, or a value that is sent as JSON. */
  readonly data?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds until the request is given up. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** Holds the connection; that of all other requests unless given. */
  readonly client?: Deno.HttpClient | undefined;
}

/** How long a call may take unless the request says otherwise, in milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * Makes one request with native `fetch`, and returns the JSON body.
 *
 * @param clock Learns Feishu's time from an answer that is no refusal.
 * @throws {ApiError} When Feishu refuses: a code other than 0, an HTTP error, or a body that is not JSON.
 * @throws {NetworkError} When there is no complete answer within the time limit, or only a gateway's that had none.
 */
export async function requestJson(request: HttpRequest, clock?: FeishuClock): Promise<JsonObject> {
  const sentAt = Date.now();
  const { method, response } = await send(request, request.timeout ?? TIMEOUT_MS);
  const answer = await checked(request, method, response);
  // Feishu's own: the page of a gateway has the gateway's time.
  clock?.learn(response.headers, sentAt);
  return answer;
}

/** A file that was loaded. */
export interface Downloaded {
  readonly bytes: number;
  /** Its `content-type`. */
  readonly mime: string;
}

/** The largest attachment that Feishu serves, in bytes (its page of message resources). */
const ATTACHMENT_BYTES = 100 * 1024 * 1024;
/** How long the download of one may take, in milliseconds. */
const DOWNLOAD_MS = 600_000;
/** How long a download may bring nothing, in milliseconds. */
const STALL_MS = 20_000;

/** What a download is bounded by, besides the time and Feishu's own limit. */
export interface DownloadBounds {
  /**
   * Asked before more bytes are written, with how many. If not granted, the download ends with a `RangeError`.
   * By default all are granted.
   */
  readonly mayWrite?: ((bytes: number) => Promise<boolean>) | undefined;
  /** Whether the file may be a page (HTML or JSON), by its name. */
  readonly mayBePage?: boolean;
  /** How long it may bring nothing, in milliseconds. */
  readonly stallMs?: number;
}

/**
 * Loads a file into a path, without holding it in memory.
 *
 * @throws {RangeError} When it has more than 100 MB, or more than may be written; the path does not exist then.
 * @throws {NetworkError} When it breaks off, stalls, or takes more than ten minutes.
 * @throws What the file system says when it does not take the file.
 */
export async function download(
  request: HttpRequest,
  path: string,
  { mayWrite = () => Promise.resolve(true), mayBePage = false, stallMs = STALL_MS }:
    DownloadBounds = {},
): Promise<Downloaded> {
  const stalled = new AbortController();
  const giveUp = () => stalled.abort(new DOMException("the download stalled", "TimeoutError"));
  let timer = setTimeout(giveUp, stallMs);
  const onBytes = () => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, stallMs);
  };
  try {
    return await load(request, path, { onBytes, mayWrite, mayBePage }, stalled.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function load(
  request: HttpRequest,
  path: string,
  { onBytes, mayWrite, mayBePage }: {
    onBytes: () => void;
    mayWrite: (bytes: number) => Promise<boolean>;
    mayBePage: boolean;
  },
  stalled: AbortSignal,
): Promise<Downloaded> {
  const { method, response } = await send(request, DOWNLOAD_MS, stalled);
  const isPage = !mayBePage && hasType(response, "text/html") && isForeign(response);
  if (!response.ok || response.body === null || isPage) {
    await checked(request, method, response);
    throw withoutFile(method);
  }
  // What the server announces is asked for at once. It may be wrong or missing.
  const announced = Math.min(Number(response.headers.get("content-length")), ATTACHMENT_BYTES) || 0;
  let bytes = 0;
  let granted = 0;
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    async transform(chunk, controller) {
      bytes += chunk.length;
      onBytes();
      if (bytes > ATTACHMENT_BYTES) throw new RangeError(`more than ${ATTACHMENT_BYTES} bytes`);
      const wanted = Math.max(announced, bytes) - granted;
      if (wanted > 0 && !await mayWrite(wanted).catch(ofDisk)) {
        throw new RangeError("no room for more bytes");
      }
      granted += Math.max(wanted, 0);
      controller.enqueue(chunk);
    },
  });
  const content = response.body.pipeThrough(counted);
  try {
    await save(content, path);
    // Reading the headers here keeps the response alive: once it is collected, the signal no longer ends
    // the download (Deno 2.9.6).
    const mime = response.headers.get("content-type") ?? "";
    const page = mayBePage ? undefined : await pageIn(path, bytes, response);
    if (page !== undefined) {
      await checked(request, method, page);
      throw withoutFile(method);
    }
    return { bytes, mime };
  } catch (cause) {
    await content.cancel().catch(() => {});
    await Deno.remove(path).catch(() => {});
    if (cause instanceof DiskTrouble) throw cause.error;
    if (cause instanceof RangeError || cause instanceof ApiError) throw cause;
    throw unanswered(request, method, cause);
  }
}

/** What this machine's disk has said while something was loaded: that is no trouble of the network. */
class DiskTrouble {
  constructor(readonly error: unknown) {}
}

function ofDisk(error: unknown): never {
  throw new DiskTrouble(error);
}

/** Writes a stream into a private file (0600). @throws {DiskTrouble} When the disk refuses. */
async function save(content: ReadableStream<Uint8Array>, path: string): Promise<void> {
  const mode = { create: true, write: true, truncate: true, mode: 0o600 };
  using file = await Deno.open(path, mode).catch(ofDisk);
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at)).catch(ofDisk);
  }
}

function withoutFile(method: string): ApiError {
  const details = { service: "feishu", code: "no file", method, retryable: true } as const;
  return new ApiError("Feishu answered without the file", details);
}

/**
 * Whether an answer may be the page of a proxy or a captive portal. Feishu's answers carry an id of the request
 * (its SDKs read both headers), and what has a name is a file.
 */
function isForeign({ headers }: Response): boolean {
  const marks = ["x-tt-logid", "x-request-id", "content-disposition"];
  return !marks.some((name) => headers.has(name));
}

function hasType({ headers }: Response, type: string): boolean {
  return headers.get("content-type")?.toLowerCase().startsWith(type) ?? false;
}

/** The longest page that is looked for in place of a file, in bytes. */
const PAGE_BYTES = 64 * 1024;

/** What was loaded in place of a file: a refusal with the status of success, or a proxy's JSON. */
async function pageIn(
  path: string,
  bytes: number,
  response: Response,
): Promise<Response | undefined> {
  const { headers } = response;
  const isFile = headers.has("content-disposition") || !hasType(response, "application/json");
  if (isFile || bytes > PAGE_BYTES) return undefined;
  const body = await Deno.readTextFile(path);
  const value = parseJson(body);
  if (!isObject(value)) return undefined;
  const isRefusal = typeof value.code === "number" && value.code !== 0 && "msg" in value;
  return isRefusal || isForeign(response) ? new Response(body, { headers }) : undefined;
}

async function send(
  request: HttpRequest,
  timeoutMs: number,
  stalled?: AbortSignal,
): Promise<{ method: string; response: Response }> {
  const { url, data, headers, client } = request;
  const form = data instanceof FormData ? data : undefined;
  const asked = new Request(url, {
    method: request.method?.toUpperCase() ?? "GET",
    headers: { ...headers, ...(form ? {} : { "content-type": "application/json; charset=utf-8" }) },
    body: form ?? (data === undefined ? null : JSON.stringify(data)),
    // What is sent goes nowhere else: it may be the app's secret.
    redirect: data === undefined ? "follow" : "manual",
  });
  const method = `${asked.method} ${new URL(url).pathname.replace(/^\/open-apis\//, "")}`;
  const ends = [AbortSignal.timeout(timeoutMs), request.signal, stalled];
  const signal = AbortSignal.any(ends.filter((end) => end !== undefined));
  try {
    return { method, response: await fetchAlive(asked, { client, signal }) };
  } catch (cause) {
    throw unanswered(request, method, cause);
  }
}

/** The error for an answer that did not come, or broke off. */
function unanswered(request: HttpRequest, method: string, cause: unknown): Error {
  request.signal?.throwIfAborted();
  doubtConnections(request.url);
  const why = networkReason(cause, new URL(request.url));
  return new NetworkError(`Cannot reach Feishu: ${why}`, { service: "feishu", method, cause });
}

async function checked(
  request: HttpRequest,
  method: string,
  response: Response,
): Promise<JsonObject> {
  const body = await response.text().catch((cause) => {
    throw unanswered(request, method, cause);
  });
  const { ok, status, headers } = response;
  // Gateways answer with HTML; then only the status tells what is wrong.
  const value = parseJson(body);
  const json = isObject(value) ? value : undefined;
  const code = json?.code;
  if (ok && json !== undefined && code === 0) return json;
  const details = { service: "feishu", method } as const;
  const asked = delayIn(headers);
  if (json === undefined || typeof code !== "number" || code === 0) {
    // Feishu always sends a code: this came from a gateway, a proxy or a captive portal.
    const without = json ? "without a code" : "without JSON";
    const message = `Feishu answered HTTP ${status} ${without}`;
    // What is too large stays too large.
    const retryable = status !== 413;
    const retryAfterMs = asked || codeMeaning(status, method).afterMs;
    const answer = { ...details, code: status, retryable, retryAfterMs };
    const cause = new ApiError(message, answer);
    // Feishu may have got the call.
    if (!GATEWAY_STATUSES.has(status)) throw cause;
    throw new NetworkError(describe(cause), { ...details, cause });
  }
  const said = string(json.msg) ?? "";
  const means = codeMeaning(code, method, said);
  const words = [means.meaning, summaryLine(said, 300)].filter((part) => part !== "").join(": ");
  throw new ApiError(`Feishu refused: ${words}`, {
    ...details,
    code,
    retryable: status === 429 || status >= 500 || mayPass(means),
    retryAfterMs: asked || means.afterMs,
    logId: string(object(json.error).log_id) ?? headers.get("x-tt-logid") ?? undefined,
  });
}

/**
 * The longest delay that is believed, in milliseconds. Feishu counts by the minute; what names more is a proxy,
 * or means a time of day, and an answer would wait for it.
 */
const MAX_DELAY_MS = 60_000;

/** Feishu names its delay in `x-ogw-ratelimit-reset`, proxies in `retry-after`; seconds are the same in both. */
function delayIn(headers: Headers): number | undefined {
  const said = headers.get("x-ogw-ratelimit-reset") ?? headers.get("retry-after");
  const ms = parseRetryAfter(said);
  return ms === undefined ? undefined : Math.min(ms, MAX_DELAY_MS);
}

/** The id or key that a call returns. Without it the call failed, and may be made again. */
export function returned(answer: JsonObject, name: string): string {
  const value = string(answer[name]);
  if (value) return value;
  const details = { service: "feishu", code: `no ${name}`, method: name, retryable: true } as const;
  throw new ApiError(`Feishu returned no ${name}`, details);
}
