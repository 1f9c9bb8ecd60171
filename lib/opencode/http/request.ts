import { ApiError, NetworkError } from "../../base/errors.ts";
import { type JsonObject, list, object, parseJson, string } from "../../base/json.ts";
import { redact } from "../../base/secrets/redact.ts";
import { clip } from "../../base/text.ts";
import { authorization } from "./authorization.ts";
import type { Endpoint } from "./endpoint.ts";

/** Most characters of an answer that go into an error message. */
const MAX_DETAIL = 500;

/**
 * Sends a request. Resolves with a response of the wanted type whose body is still to be read, or with an
 * empty one.
 *
 * @param name The request as errors call it.
 * @throws {ApiError} When opencode refuses, or answers with another type.
 * @throws What `fetch` throws; {@linkcode unanswered} makes a `NetworkError` of it.
 */
export async function request(
  endpoint: Endpoint,
  name: string,
  url: URL,
  type: "application/json" | "text/event-stream",
  init: { method?: string; body?: string; signal: AbortSignal },
): Promise<Response> {
  const headers = {
    "content-type": "application/json",
    accept: type,
    ...authorization(endpoint),
  };
  // A redirect would turn a POST into a GET, and lose the password.
  const response = await fetch(url, { ...init, headers, redirect: "manual" });
  const { status, ok } = response;
  if (status === 204 || (ok && hasType(response, type))) return response;
  const retryable = status >= 500 || status === 429 || status === 408;
  const text = await response.text();
  if (ok && text === "") return new Response(null, { status: 204, headers: response.headers });
  // Nothing stands before a server that a bridge has started.
  const mayBeOthers = status === 404 && endpoint.startedAt === undefined;
  const code = mayBeOthers && isOfGateway(text) ? NO_ROUTE : status;
  throw refused(refusalReason(response, text), code, name, retryable);
}

/**
 * The code of a 404 by which a gateway says that it knows no way to opencode, as while that is started again. It
 * does not mean that what was asked for is gone.
 */
export const NO_ROUTE = "404 of a gateway";

/** Whether the text of a 404 is a gateway's: opencode's names its error, or is empty (observed on 1.18.33 and 2.0). */
function isOfGateway(text: string): boolean {
  const { name, _tag } = object(parseJson(text));
  return text !== "" && (string(name) ?? string(_tag)) === undefined;
}

/** How Deno says that no connection was made; newer versions say it in the error's cause. */
const UNSENT = /client error \(Connect\)/;

/** The error for a request without an answer of opencode, or with an incomplete one. */
export function unanswered(cause: unknown, method: string): NetworkError {
  const why = cause instanceof DOMException && cause.name === "TimeoutError"
    ? "did not answer in time"
    : cause instanceof ApiError
    ? `cannot be reached (HTTP ${cause.code})`
    : "cannot be reached";
  const isUnsent = cause instanceof TypeError && UNSENT.test(`${cause.message} ${cause.cause}`);
  return new NetworkError(`opencode ${why}`, { service: "opencode", method, cause, isUnsent });
}

/** The error for a request that opencode refused. */
export function refused(
  message: string,
  code: number | string,
  method: string,
  retryable = false,
): ApiError {
  return new ApiError(message, { service: "opencode", code, method, retryable });
}

function hasType(response: Response, type: string): boolean {
  return response.headers.get("content-type")?.startsWith(type) ?? false;
}

function refusalReason(response: Response, text: string): string {
  const { status, ok } = response;
  if (status === 401) return "opencode does not accept our password";
  if (hasType(response, "application/json")) return bodyReason(object(parseJson(text)), status);
  // It serves its web page for paths that it does not know.
  return ok
    ? "opencode answered with something else than JSON: it may not know this request; is it up to date?"
    : `opencode answered with HTTP ${status}`;
}

/**
 * The reason in an error body. Its shapes are `{name, data: {message}}`, `{_tag, message}`, and for a broken
 * configuration `{name, data: {path, message | issues}}` (observed on opencode 1.18.33 and 2.0).
 */
function bodyReason(body: JsonObject, status: number): string {
  const name = string(body.name) ?? string(body._tag) ?? `HTTP ${status}`;
  const data = object(body.data);
  if (name.startsWith("Config")) return configReason(name, data);
  const message = string(data.message) ?? string(body.message) ?? name;
  const ref = string(data.ref) ?? string(body.ref);
  return clip(redact(message), MAX_DETAIL) +
    (ref === undefined ? "" : ` (${ref} in opencode's log)`);
}

function configReason(name: string, data: JsonObject): string {
  // The message repeats the whole file, keys included (observed): keep only where and what.
  const places = string(data.message)?.match(/^\w+ at line \d+, column \d+$/gm) ?? [];
  const issues = list(data.issues, (json) => {
    const issue = object(json);
    const message = string(issue.message)?.replace(/, got [^]*$/, "");
    return message && `${list(issue.path, string).join(".")}: ${message}`;
  });
  const what = [...new Set([...places, ...issues])].join("; ") || name;
  return `opencode's configuration ${string(data.path) ?? ""} is broken: ${
    clip(redact(what), MAX_DETAIL)
  }`;
}
