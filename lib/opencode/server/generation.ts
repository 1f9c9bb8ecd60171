import { type ApiError, UsageError } from "../../base/errors.ts";
import { object, parseJson, string } from "../../base/json.ts";
import { type TerminalTexts, terminalTexts } from "../../texts/terminal_texts.ts";
import { authorization } from "../http/authorization.ts";
import { type Endpoint, urlOf } from "../http/endpoint.ts";
import { refused, unanswered } from "../http/request.ts";
import type { Generation, ServerVersion } from "./server_version.ts";

/** Milliseconds within which a server must have answered. */
const PROBE_MS = 2_000;

/** What we know of each generation. */
const GENERATIONS = {
  // The path of 2.x is a web page here.
  1: { path: "/global/health", oldest: [1, 14, 0], npmPackage: "opencode-ai" },
  // The path of 1.x is a web page here, even without the password. While the server starts, all are 503.
  2: { path: "/api/info", oldest: [2, 0, 4], npmPackage: "@opencode/cli" },
} as const;
/** Where the versions 2.0.0 to 2.0.3 and the builds before them say their version; later ones have no such path. */
const EARLY_2 = "/api/health";

/** How to ask a server what it is. */
export interface ProbeOptions {
  /** Aborts when nobody needs the answer any more. */
  readonly signal?: AbortSignal | undefined;
  /** In whose words the errors are; English unless given. */
  readonly texts?: TerminalTexts | undefined;
}

/**
 * Asks a server which generation it is, within two seconds. What it answers decides, not what the command
 * says of itself: both generations answer unknown paths with a web page, so content types count.
 *
 * @throws {UsageError} When it will never do: too old, too new, no opencode, or our password is wrong.
 * @throws {ApiError} When it starts still or is in trouble, which may pass.
 * @throws {NetworkError} When it does not answer.
 */
export async function probeGeneration(
  endpoint: Endpoint,
  { signal, texts = terminalTexts("en") }: ProbeOptions = {},
): Promise<ServerVersion> {
  const soon = AbortSignal.timeout(PROBE_MS);
  const either = signal ? AbortSignal.any([signal, soon]) : soon;
  const ask = (path: string) => askVersion(endpoint, path, either, texts);
  const said: Answer[] = [];
  for (const generation of [1, 2] as const) {
    const answer = await ask(GENERATIONS[generation].path);
    if (answer.version !== undefined) return known(generation, answer.version, texts);
    said.push(answer);
  }
  const trouble = said.find(({ error }) => error !== undefined)?.error;
  if (trouble) throw trouble;
  const early = await ask(EARLY_2);
  if (early.version !== undefined) {
    const { oldest, npmPackage } = GENERATIONS[2];
    throw unusable(texts.opencodeTooOld(early.version, oldest.join("."), npmPackage));
  }
  const why = new Set(said.map(({ why }) => why));
  const most = [texts.sentNoVersion, texts.sentPage].find((one) => why.has(one));
  const what = most ?? texts.knowsNoPath;
  throw unusable(
    endpoint.startedAt === undefined
      ? texts.notOpencode(endpoint.url, what)
      : texts.commandNotOpencode(what),
  );
}

/** The error for a server that cannot be used as it is; the message says what to do. */
function unusable(message: string): UsageError {
  return new UsageError(message, { exitCode: 1, hasRemedy: true });
}

/** What a server answers on a path: a version, a passing error, why it is no version, or nothing (404). */
interface Answer {
  readonly version?: string;
  readonly error?: ApiError;
  readonly why?: string;
}

async function askVersion(
  endpoint: Endpoint,
  path: string,
  signal: AbortSignal,
  texts: TerminalTexts,
): Promise<Answer> {
  const name = `GET ${path}`;
  const headers = { accept: "application/json", ...authorization(endpoint) };
  let response: Response;
  let text: string;
  try {
    // A redirect would turn a POST into a GET, and lose the password.
    response = await fetch(urlOf(endpoint, path), { headers, signal, redirect: "manual" });
    text = await response.text();
  } catch (error) {
    throw unanswered(signal.aborted ? signal.reason : error, name);
  }
  const { status, ok } = response;
  const isOurs = endpoint.startedAt !== undefined;
  if (status === 401 || status === 403) {
    throw unusable(isOurs ? texts.ownPasswordRefused : texts.wrongPassword(endpoint.url));
  }
  if (status >= 300 && status < 400) {
    throw unusable(texts.sentElsewhere(endpoint.url, redirectedTo(response, endpoint, path)));
  }
  if (status >= 500 || status === 408 || status === 429) {
    return { error: refused(`opencode answered with HTTP ${status}`, status, name, true) };
  }
  if (!ok) return {};
  if (!response.headers.get("content-type")?.startsWith("application/json")) {
    return { why: texts.sentPage };
  }
  const version = string(object(parseJson(text)).version);
  return version ? { version } : { why: texts.sentNoVersion };
}

/** The address of the server to which a redirect leads. */
function redirectedTo({ headers }: Response, endpoint: Endpoint, path: string): string {
  const to = URL.parse(headers.get("location") ?? "", urlOf(endpoint, path));
  if (to === null) return "";
  const { origin, pathname } = to;
  return origin + (pathname.endsWith(path) ? pathname.slice(0, -path.length) : pathname);
}

/** @throws {UsageError} When the version is outside of what we know. */
function known(generation: Generation, version: string, texts: TerminalTexts): ServerVersion {
  const { oldest, npmPackage } = GENERATIONS[generation];
  // Builds of developers have names instead, such as `local`, and previews `0.0.0-dev-202611290915`.
  const numbers = /^(?!0\.0\.0-)(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  if (numbers === undefined) return { generation, version };
  const [major = 0] = numbers;
  if (major > generation) throw unusable(texts.opencodeTooNew(version, generation, npmPackage));
  if (compare(numbers, oldest) < 0) {
    throw unusable(texts.opencodeTooOld(version, oldest.join("."), npmPackage));
  }
  return { generation, version };
}

/** Below zero when the first version is the older one. */
function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}
