import { ApiError, NetworkError } from "../errors.ts";
import { type JsonObject, list, object, parseObject, string } from "./json.ts";
import type { Endpoint } from "./readiness.ts";

/** Most characters of an answer that go into an error message. */
const MAX_DETAIL = 500;

/** The headers that every request needs. The user name is opencode's default. */
export function headers(endpoint: Endpoint): Record<string, string> {
  if (endpoint.password === undefined) return {};
  return { authorization: `Basic ${btoa(`opencode:${endpoint.password}`)}` };
}

/** Whether an answer says that it is `type`. opencode serves its web page for paths it does not know. */
export function hasType(response: Response, type: string): boolean {
  return response.headers.get("content-type")?.startsWith(type) ?? false;
}

/** The error for an answer that is not what was asked for; reads its body to the end. */
export async function refusal(response: Response, method: string): Promise<ApiError> {
  const { status } = response;
  const text = await response.text();
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  const details = {
    service: "opencode",
    code: status,
    method,
    retryable: status >= 500 || status === 429 || status === 408,
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined,
  } as const;
  if (status === 401) return new ApiError("opencode does not accept our password", details);
  const body = hasType(response, "application/json") ? parseObject(text) : undefined;
  if (body) return new ApiError(reason(body, status), details);
  return new ApiError(
    response.ok
      ? "opencode answered with something else than JSON: it may not know this request; is it up to date?"
      : `opencode answered with HTTP ${status}`,
    details,
  );
}

/** The error for a request that got no answer, or only a part of one. */
export function unanswered(cause: unknown, method: string): NetworkError {
  const why = cause instanceof DOMException && cause.name === "TimeoutError"
    ? "did not answer in time"
    : "cannot be reached";
  return new NetworkError(`opencode ${why}`, { service: "opencode", method, cause });
}

/**
 * What an error body says, in whichever of its shapes it comes: `{name, data: {message}}`, `{_tag, message}`
 * or a broken configuration's `{name, data: {path, message | issues}}` (observed on opencode 1.18.33).
 */
function reason(body: JsonObject, status: number): string {
  const name = string(body.name) ?? string(body._tag) ?? `HTTP ${status}`;
  const data = object(body.data);
  if (name.startsWith("Config")) return configReason(name, data);
  const message = string(data?.message) ?? string(body.message) ?? name;
  const ref = string(data?.ref);
  return short(message) + (ref === undefined ? "" : ` (${ref} in opencode's log)`);
}

function configReason(name: string, data: JsonObject | undefined): string {
  // The message repeats the whole file, keys and all (observed): keep only where and what.
  const places = string(data?.message)?.match(/^\w+ at line \d+, column \d+$/gm) ?? [];
  const issues = list(data?.issues, (issue) => {
    const message = string(object(issue)?.message)?.replace(/, got [^]*$/, "");
    if (message === undefined) return undefined;
    return `${list(object(issue)?.path, string).join(".")}: ${message}`;
  });
  const what = [...new Set([...places, ...issues])].join("; ") || name;
  return `opencode's configuration ${string(data?.path) ?? ""} is broken: ${short(what)}`;
}

function short(text: string): string {
  return text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL)}…` : text;
}
