/**
 * The three ways in which a call can fail. Whatever the SDK or `fetch` throws becomes one of these at
 * the border, because their own errors carry the request with its bearer token.
 */

/** Which server was called, and how. */
interface Call {
  readonly service: "feishu" | "opencode";
  /** The call in words for the log, for example `PATCH im/v1/messages/:id`. */
  readonly method: string;
}

interface Refusal extends Call {
  /** Feishu's business code, or the HTTP status where there is no other. */
  readonly code: number | string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** How long the server asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Feishu's request id, which its support asks for. */
  readonly logId?: string | undefined;
}

/** The server answered, and the answer is no. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(message: string, refusal: Refusal) {
    super(message);
    Object.assign(this, refusal);
  }
}
export interface ApiError extends Refusal {}

/** There was no answer, or one that broke off: whether the call took effect is not known. */
export class NetworkError extends Error {
  override name = "NetworkError";
  readonly method: string;

  constructor(message: string, call: Call & ErrorOptions) {
    super(message, call);
    this.method = call.method;
  }
}

/** Something that the person at the keyboard can put right; the message says how. */
export class UsageError extends Error {
  override name = "UsageError";
  /** The exit code of a command that ends with this error: 2 for bad input, 1 for the rest. */
  readonly exitCode: number;

  constructor(message: string, options: ErrorOptions & { exitCode?: number } = {}) {
    super(message, options);
    this.exitCode = options.exitCode ?? 1;
  }
}

/** Whether the same call may succeed when it is made again later. */
export function isRetryable(error: unknown): boolean {
  return error instanceof NetworkError || (error instanceof ApiError && error.retryable);
}

/** An error in one line, for logs and chats; never a stack, never a request. */
export function describe(error: unknown): string {
  if (error instanceof ApiError) {
    const logId = error.logId === undefined ? "" : `, log id ${error.logId}`;
    return `${error.message} (${error.method}: ${error.code}${logId})`;
  }
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}

/** Whether the server said that what was asked for does not exist, or does no longer. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404;
}
