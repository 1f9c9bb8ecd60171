import { wallNow } from "../feishu_twin/clock.ts";
import { newId } from "../feishu_twin/ids.ts";
import {
  type ModelRequest,
  type Pace,
  type Piece,
  readModelRequest,
  scriptStep,
} from "./model_script.ts";

/** How to start a scripted model. */
export interface ModelOptions extends Partial<Pace> {
  /** Port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
}

/** One request to the model. Times are real, in milliseconds since the epoch with a fraction. */
export interface ModelCall extends ModelRequest {
  readonly at: number;
}

/** A running scripted model. Made by {@linkcode startModel}. */
export interface Model extends AsyncDisposable {
  /** Base URL for OpenAI clients, with `/v1`. */
  readonly url: string;
  /** All requests, oldest first; those without tools are opencode's titles and summaries. */
  readonly calls: readonly ModelCall[];
  /** Every piece of text that left, with its real time. */
  readonly tokens: readonly { readonly text: string; readonly at: number }[];
  /** Cuts all streams and stops listening. */
  close(): Promise<void>;
}

const modelName = "scripted-1";

/**
 * Starts an OpenAI-compatible model on 127.0.0.1 that does what the last user message says:
 * plain text gets small talk after a look around; directives, several of them in order, are
 * `[[say TEXT]]`, `[[slow N [MS]]]`, `[[long N]]`, `[[reason [TEXT]]]`, `[[bash CMD]]`,
 * `[[write PATH CONTENT]]`, `[[read PATH]]`, `[[question]]`, `[[todo]]`, `[[task [PROMPT]]]`,
 * `[[error STATUS [TIMES]]]`, `[[cut [TIMES]]]`, `[[hang]]`, `[[empty]]`. With `TIMES` the failure
 * ends after so many attempts at the same prompt.
 */
export function startModel(options: ModelOptions = {}): Model {
  const pace: Pace = { slowMs: options.slowMs ?? 250, wordMs: options.wordMs ?? 40 };
  const calls: ModelCall[] = [];
  const tokens: { text: string; at: number }[] = [];
  const failures = new Map<string, number>();
  const closing = new AbortController();

  /** Whether this prompt has to fail once more. */
  const failsAgain = (request: ModelRequest, times: number): boolean => {
    const key = `${request.step} ${request.user}`;
    const count = failures.get(key) ?? 0;
    failures.set(key, count + 1);
    return count < times;
  };

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/v1/models") {
      return Response.json({ object: "list", data: [{ id: modelName, object: "model" }] });
    }
    if (request.method !== "POST" || pathname !== "/v1/chat/completions") {
      return openAiError(404, "no such path");
    }
    const asked = readModelRequest(await request.json());
    calls.push({ ...asked, at: wallNow() });
    const pieces = scriptStep(asked, pace);
    const { signal } = closing;
    for (const piece of pieces) {
      if (piece.kind === "hang") return await hang(signal);
      if (piece.kind === "error" && failsAgain(asked, piece.times)) {
        return openAiError(piece.status, messageOf(piece.status));
      }
    }
    const cuts = pieces.some((piece) => piece.kind === "cut" && failsAgain(asked, piece.times));
    const chunks = stream(asked, pieces, cuts, signal, (text) => {
      tokens.push({ text, at: wallNow() });
    });
    return new Response(ReadableStream.from(chunks), {
      headers: { "content-type": "text/event-stream", "cache-control": "no-cache" },
    });
  }

  const server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: options.port ?? 0,
      signal: closing.signal,
      onListen: () => {},
      onError: () => openAiError(400, "the request is not valid"),
    },
    answer,
  );
  const close = async () => {
    closing.abort();
    await server.finished;
  };
  return {
    url: `http://127.0.0.1:${server.addr.port}/v1`,
    calls,
    tokens,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * The opencode configuration that makes the scripted model the only one, as an object for
 * `OPENCODE_CONFIG_CONTENT`.
 */
export function modelConfig(model: Pick<Model, "url">) {
  return {
    $schema: "https://opencode.ai/config.json",
    share: "disabled",
    autoupdate: false,
    enabled_providers: ["scripted"],
    model: `scripted/${modelName}`,
    small_model: `scripted/${modelName}`,
    provider: {
      scripted: {
        npm: "@ai-sdk/openai-compatible",
        name: "Scripted",
        options: { baseURL: model.url, apiKey: "none" },
        models: {
          [modelName]: {
            name: "Scripted model",
            attachment: true,
            reasoning: true,
            tool_call: true,
            modalities: { input: ["text", "image", "pdf"], output: ["text"] },
            limit: { context: 200_000, output: 32_000 },
          },
        },
      },
    },
  } as const;
}

function openAiError(status: number, message: string): Response {
  return Response.json({ error: { message, type: "scripted", code: null } }, { status });
}

function messageOf(status: number): string {
  if (status === 401) return "Incorrect API key provided";
  if (status === 429) return "Rate limit reached";
  return "The scripted model failed as it was told to";
}

/** Holds a request until the model is closed. */
function hang(signal: AbortSignal): Promise<Response> {
  return new Promise((resolve) => {
    const end = () => resolve(openAiError(503, "the model was closed"));
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

/** Waits `ms`, or until `signal` aborts. Never rejects. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end);
  });
}

/** The server-sent events of one answer. Throws, which cuts the connection, when `cuts` is set. */
async function* stream(
  request: ModelRequest,
  pieces: readonly Piece[],
  cuts: boolean,
  signal: AbortSignal,
  note: (text: string) => void,
): AsyncGenerator<Uint8Array> {
  const id = `chatcmpl-${newId("")}`;
  const encoder = new TextEncoder();
  const created = Math.floor(Date.now() / 1000);
  const send = (extra: Readonly<Record<string, unknown>>) => {
    const chunk = { id, object: "chat.completion.chunk", created, model: modelName, ...extra };
    return encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  const delta = (delta: unknown) => send({ choices: [{ index: 0, delta, finish_reason: null }] });
  yield delta({ role: "assistant", content: "" });
  let reason = "stop";
  let written = 0;
  for (const piece of pieces) {
    switch (piece.kind) {
      case "text":
      case "reasoning":
        for (const token of piece.tokens) {
          if (piece.delayMs > 0) await pause(piece.delayMs, signal);
          if (signal.aborted) return;
          note(token);
          written += 1;
          yield delta(piece.kind === "text" ? { content: token } : { reasoning_content: token });
        }
        break;
      case "output": {
        const text = "```\n" + request.toolOutput.trimEnd() + "\n```\n";
        note(text);
        yield delta({ content: text });
        break;
      }
      case "tool":
        reason = "tool_calls";
        yield delta({
          tool_calls: [{
            index: 0,
            id: `call_${newId("")}`,
            type: "function",
            function: { name: piece.tool, arguments: JSON.stringify(piece.input) },
          }],
        });
        break;
      case "cut":
        if (cuts) throw new Error("The stream is cut as the script says.");
    }
  }
  const usage = { prompt_tokens: 100, completion_tokens: written, total_tokens: 100 + written };
  yield send({ choices: [{ index: 0, delta: {}, finish_reason: reason }], usage });
  yield encoder.encode("data: [DONE]\n\n");
}
