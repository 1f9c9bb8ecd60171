/**
 * The errors of this program. Whatever the SDK or `fetch` throws is converted to one of these at once,
 * because the original error carries the request with its bearer token.
 */

/** Names a call to another server in errors and log lines. */
export interface CallName {
  readonly service: "feishu" | "opencode" | "speech";
  /** For example `PATCH im/v1/messages/:id`. */
  readonly method: string;
}

interface Refusal extends CallName {
  /** Feishu's business code, or the HTTP status when the response has no such code. */
  readonly code: number | string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** How long the server asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Feishu's request id, which its support team asks for. */
  readonly logId?: string | undefined;
}

/** The server answered and refused the call. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(message: string, refusal: Refusal) {
    super(message);
    Object.assign(this, refusal);
  }
}
export interface ApiError extends Refusal {}

/** No complete response arrived, so it is unknown whether the call took effect. */
export class NetworkError extends Error {
  override name = "NetworkError";
  readonly method: string;
  /** Whether no connection was made, so that the call cannot have taken effect. */
  readonly isUnsent: boolean;

  constructor(message: string, call: CallName & ErrorOptions & { isUnsent?: boolean }) {
    super(message, call);
    this.method = call.method;
    this.isUnsent = call.isUnsent ?? false;
  }
}

/**
 * The statuses of a gateway before the server: it got no answer from it, or none in time, so it is unknown whether
 * the call took effect.
 */
export const GATEWAY_STATUSES: ReadonlySet<unknown> = new Set([502, 503, 504]);

/**
 * How long a server, or a gateway before it, asked us to wait, in milliseconds; `undefined` if it did not, or if
 * there was no answer. Who is asked to wait no time at all still does not ask again and again without a pause.
 */
export function retryAfter(error: unknown): number | undefined {
  const said = error instanceof NetworkError ? error.cause : error;
  return said instanceof ApiError ? said.retryAfterMs || undefined : undefined;
}

/** A mistake that the user of the command line can correct. The message says how. */
export class UsageError extends Error {
  override name = "UsageError";
  /** The exit code of a command that fails with this error: 2 for bad input, otherwise 1. */
  readonly exitCode: number;
  /** Whether the message tells all that there is to do, so that general advice beside it misleads. */
  readonly hasRemedy: boolean;

  constructor(
    message: string,
    options: ErrorOptions & { exitCode?: number; hasRemedy?: boolean } = {},
  ) {
    super(message, options);
    this.exitCode = options.exitCode ?? 1;
    this.hasRemedy = options.hasRemedy ?? false;
  }
}

/** Whether the same call may succeed when it is repeated later. */
export function isRetryable(error: unknown): boolean {
  return error instanceof NetworkError || (error instanceof ApiError && error.retryable);
}

/** Whether the server reported that the requested object does not exist (404). */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404;
}

/** Formats an error as one line for logs and chats, without its stack and without the request. */
export function describe(error: unknown): string {
  if (error instanceof ApiError) {
    const logId = error.logId === undefined ? "" : `, log id ${error.logId}`;
    return `${error.message} (${error.method}: ${error.code}${logId})`;
  }
  // Deno adds the system's number of an error to its words.
  if (error instanceof Error) return error.message.replace(/ \(os error \d+\)/, "") || error.name;
  return String(error);
}

/** Whether two texts of {@linkcode describe} tell of the same trouble. Each answer has a log id of its own. */
export function isSameTrouble(one: string, other: string | undefined): boolean {
  const withoutLogId = (text: string) => text.replace(/, log id [^)]*/, "");
  return other !== undefined && withoutLogId(one) === withoutLogId(other);
}
