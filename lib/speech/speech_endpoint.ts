import { ApiError, isRetryable, NetworkError, retryAfter } from "../base/errors.ts";
import { isObject, object, parseJson, string } from "../base/json.ts";
import { networkReason } from "../base/network/network_reason.ts";
import { readBounded } from "../base/network/read_bounded.ts";
import { parseRetryAfter } from "../base/network/retry_after.ts";
import { summaryLine } from "../base/text.ts";
import { pause } from "../base/waiting/wakeup.ts";
import type { Recording, Transcriber } from "../model/transcriber.ts";

/** Where an {@linkcode SpeechEndpoint} is, and what it is asked for. */
export interface SpeechSettings {
  /** Its base URL, such as `https://api.openai.com/v1`. */
  readonly url: string;
  /** Its API key; empty if it takes none. */
  readonly key: string;
  /** The name of the model. */
  readonly model: string;
}

/** The largest recording that OpenAI takes, in bytes (its Audio API FAQ). Others take at least as much. */
const MAX_BYTES = 25 * 1024 ** 2;
/** The longest one that its newer models take, in milliseconds (its error says 1500 s). */
const MAX_MS = 25 * 60_000;
/** How long a transcription may take, besides the time that the recording is long, in milliseconds. */
const PATIENCE_MS = 120_000;
/** How often it is tried. */
const MAX_ATTEMPTS = 3;
/** How long to wait between two attempts, in milliseconds, if the server does not say. */
const WAIT_MS = 1_000;
/** The largest answer that is read, in bytes: 25 minutes of speech are some 30 KB. */
const MAX_ANSWER = 1024 ** 2;
/** The path below the base URL. */
const PATH = "audio/transcriptions";

/**
 * An endpoint that speaks OpenAI's protocol for transcriptions: `POST {url}/audio/transcriptions`, a form with
 * `file` and `model`, answered by `{"text": …}`. No language is named: people do not always speak that of the chat,
 * and a wrong one makes a model invent words.
 */
export class SpeechEndpoint implements Transcriber {
  readonly name: string;
  readonly maxMs = MAX_MS;
  readonly maxBytes = MAX_BYTES;
  readonly #settings: SpeechSettings;
  readonly #patienceMs: number;

  /** @param patienceMs How long a transcription may take besides the recording's own time, in milliseconds. */
  constructor(settings: SpeechSettings, patienceMs: number = PATIENCE_MS) {
    this.#settings = settings;
    this.#patienceMs = patienceMs;
    this.name = `${new URL(settings.url).host} (${settings.model})`;
  }

  async transcribe({ path, durationMs }: Recording, signal: AbortSignal): Promise<string> {
    const bytes = await Deno.readFile(path);
    // Feishu's recordings are Opus in Ogg. Servers go by the name's ending, and all that are known take `.ogg`,
    // while OpenAI's list lacks `.opus`.
    const file = new File([bytes], "voice.ogg", { type: "audio/ogg" });
    const patienceMs = this.#patienceMs + durationMs;
    const endsAt = performance.now() + patienceMs;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    for (let attempts = 1;; attempts++) {
      try {
        return await this.#attempt(file, limited);
      } catch (error) {
        signal.throwIfAborted();
        const waitMs = retryAfter(error) ?? WAIT_MS * attempts;
        const mayPass = isRetryable(error) && attempts < MAX_ATTEMPTS &&
          performance.now() + waitMs < endsAt;
        if (!mayPass) throw error;
        await pause(waitMs, limited);
        signal.throwIfAborted();
      }
    }
  }

  /**
   * Asks for a transcription without a recording, which costs nothing; resolves with what is odd about the answer, if
   * anything is.
   *
   * @throws What {@linkcode SpeechEndpoint.transcribe} throws, if a recording would be refused, too.
   */
  async check(signal: AbortSignal): Promise<string | undefined> {
    const { status, json } = await this.#post(undefined, signal);
    if (json === undefined) throw notText(status);
    // Some servers tell of a missing file with the status of success.
    return status >= 500 || status === 429 ? httpStatus(status, said(json)) : undefined;
  }

  async #attempt(file: File, signal: AbortSignal): Promise<string> {
    const { status, json, retryAfterMs } = await this.#post(file, signal);
    const text = string(object(json).text);
    const isDone = status >= 200 && status < 300;
    if (isDone && text !== undefined) return text.trim();
    if (isDone) throw notText(status);
    throw refused(httpStatus(status, said(json)), status, {
      retryable: status === 429 || status === 408 || status >= 500,
      retryAfterMs,
    });
  }

  /** Makes a request; throws for what no recording could change. */
  async #post(
    file: File | undefined,
    signal: AbortSignal,
  ): Promise<{ status: number; json: unknown; retryAfterMs: number | undefined }> {
    const { url, key, model } = this.#settings;
    const body = new FormData();
    if (file !== undefined) body.set("file", file);
    body.set("model", model);
    body.set("response_format", "json");
    const address = new URL(`${url}/${PATH}`);
    try {
      const response = await fetch(address, {
        method: "POST",
        body,
        signal,
        headers: key === "" ? {} : { authorization: `Bearer ${key}` },
        // The key goes nowhere else.
        redirect: "manual",
      });
      const bytes = await readBounded(response.body, MAX_ANSWER);
      const { status, headers } = response;
      const fatal = fatalOf(status, headers.get("location"), address);
      if (fatal !== undefined) throw refused(fatal, status);
      if (bytes === undefined) throw notText(status);
      const json = parseJson(new TextDecoder().decode(bytes));
      return {
        status,
        json: isObject(json) ? json : undefined,
        retryAfterMs: parseRetryAfter(headers.get("retry-after")),
      };
    } catch (cause) {
      if (cause instanceof ApiError) throw cause;
      const why = networkReason(cause, address);
      const call = { service: "speech", method: `POST ${PATH}`, cause } as const;
      throw new NetworkError(
        `the transcription endpoint ${address.host} does not answer: ${why}`,
        call,
      );
    }
  }
}

/** What the user has to correct, according to a status. */
function fatalOf(status: number, location: string | null, address: URL): string | undefined {
  if (status >= 300 && status < 400) {
    const host = location === null ? undefined : URL.parse(location, address)?.host;
    return `the transcription endpoint sends on to ${
      host ?? "another address"
    }: set BRIDGE_STT_URL to ` +
      "where it leads";
  }
  if (status === 401 || status === 403) {
    return "the transcription endpoint refuses the key: check BRIDGE_STT_KEY";
  }
  if (status === 404 || status === 405) {
    return "the transcription endpoint knows no such path or model: check BRIDGE_STT_URL, without " +
      "/audio/transcriptions at its end, and BRIDGE_STT_MODEL";
  }
  if (status === 413) return "the recording is too large for the transcription endpoint";
  return undefined;
}

/** A page of a proxy, or of something else that is no such endpoint. */
function notText(status: number): ApiError {
  return refused(
    "the transcription endpoint answers with something else than a text: check BRIDGE_STT_URL",
    status,
  );
}

function httpStatus(status: number, words: string): string {
  return `the transcription endpoint answers HTTP ${status}${words === "" ? "" : `: ${words}`}`;
}

/** What an answer says that is no text: OpenAI's `{"error": {"message"}}`, or what others make of that. */
function said(json: unknown): string {
  const { error, message, detail } = object(json);
  const words = string(object(error).message) ?? string(error) ?? string(message) ?? string(detail);
  return summaryLine(words ?? "", 200);
}

function refused(
  message: string,
  code: number,
  more: { retryable?: boolean; retryAfterMs?: number | undefined } = {},
): ApiError {
  return new ApiError(message, {
    service: "speech",
    method: `POST ${PATH}`,
    code,
    retryable: false,
    ...more,
  });
}
