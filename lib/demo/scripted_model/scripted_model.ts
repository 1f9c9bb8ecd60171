import { wallNow } from "../../base/time/clock.ts";
import { sameSecret } from "../../base/secrets/same_secret.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import type { ModelAction, Pace } from "./model_action.ts";
import { MODEL_NAME, type ModelAddress } from "./model_config.ts";
import { type ModelRequest, readModelRequest } from "./model_request.ts";
import { scriptStep } from "./script.ts";

/** How to start a scripted model. */
export interface ScriptedModelOptions extends Partial<Pace> {
  /** Port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
  /** The API key that it demands; none by default. */
  readonly key?: string;
}

/** One request to the model. */
export interface ModelCall extends ModelRequest {
  /** Real time in milliseconds since 1970, with a fraction. */
  readonly at: number;
}

/** A running scripted model. Made by {@linkcode startScriptedModel}. */
export interface ScriptedModel extends ModelAddress, AsyncDisposable {
  /** All requests, oldest first. Those without tools are opencode's titles and summaries. */
  readonly calls: readonly ModelCall[];
  /** Every token that was sent, with its real time. */
  readonly tokens: readonly { readonly text: string; readonly at: number }[];
  /** Cuts all streams and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts an OpenAI-compatible model on 127.0.0.1 that does what the last user message says. Plain text
 * gets small talk after a look at the directory. Directives, several of them in order, are
 * `[[say TEXT]]`, `[[slow N [MS]]]`, `[[long N]]`, `[[reason [TEXT]]]`, `[[bash CMD]]`,
 * `[[write PATH CONTENT]]`, `[[read PATH]]`, `[[question]]`, `[[todo]]`, `[[task [PROMPT]]]`,
 * `[[error STATUS [TIMES [RETRY_AFTER]]]]`, `[[cut [TIMES]]]`, `[[hang]]`, `[[empty]]`. With `TIMES` the failure
 * stops after that many attempts at the same prompt; `RETRY_AFTER` is how many seconds to wait for the next.
 */
export function startScriptedModel(options: ScriptedModelOptions = {}): ScriptedModel {
  const { key } = options;
  const closing = new AbortController();
  const answers = new Answers(
    { slowMs: options.slowMs ?? 250, wordMs: options.wordMs ?? 40 },
    closing.signal,
  );
  const server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: options.port ?? 0,
      signal: closing.signal,
      onListen: () => {},
      onError: () => openAiError(400, "the request is not valid"),
    },
    (request) => {
      const given = request.headers.get("authorization") ?? "";
      if (key === undefined || sameSecret(given, `Bearer ${key}`)) return answers.answer(request);
      return openAiError(401, messageOf(401));
    },
  );
  const close = async () => {
    closing.abort();
    await server.finished;
  };
  return {
    url: `http://127.0.0.1:${server.addr.port}/v1`,
    ...(key === undefined ? {} : { key }),
    calls: answers.calls,
    tokens: answers.tokens,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Answers the requests of one model, and remembers them. */
class Answers {
  readonly calls: ModelCall[] = [];
  readonly tokens: { text: string; at: number }[] = [];
  readonly #pace: Pace;
  readonly #signal: AbortSignal;
  /** How often each prompt has failed. */
  readonly #failures = new Map<string, number>();

  constructor(pace: Pace, signal: AbortSignal) {
    this.#pace = pace;
    this.#signal = signal;
  }

  async answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/v1/models") {
      return Response.json({ object: "list", data: [{ id: MODEL_NAME, object: "model" }] });
    }
    if (request.method !== "POST" || pathname !== "/v1/chat/completions") {
      return openAiError(404, "no such path");
    }
    const call = { ...readModelRequest(await request.json()), at: wallNow() };
    this.calls.push(call);
    const actions = scriptStep(call, this.#pace);
    for (const action of actions) {
      if (action.kind === "hang") return await hang(this.#signal);
      if (action.kind === "error" && this.#failsAgain(call, action.times)) {
        return openAiError(action.status, messageOf(action.status), action.retryAfterS);
      }
    }
    const cut = actions.some((action) =>
      action.kind === "cut" && this.#failsAgain(call, action.times)
    );
    return new Response(ReadableStream.from(this.#stream(call, actions, cut)), {
      headers: { "content-type": "text/event-stream", "cache-control": "no-cache" },
    });
  }

  /** Counts a failure of a prompt that fails `times` times; `false` once it has failed that often. */
  #failsAgain({ step, user }: ModelRequest, times: number): boolean {
    const key = `${step} ${user}`;
    const count = this.#failures.get(key) ?? 0;
    this.#failures.set(key, count + 1);
    return count < times;
  }

  /** The server-sent events of one answer. With `cut` it throws, which breaks the connection. */
  async *#stream(
    request: ModelRequest,
    actions: readonly ModelAction[],
    cut: boolean,
  ): AsyncGenerator<Uint8Array> {
    const chunk = chunkWriter();
    yield chunk.delta({ role: "assistant", content: "" });
    let reason = "stop";
    let written = 0;
    for (const action of actions) {
      switch (action.kind) {
        case "text":
        case "reasoning":
          for (const token of action.tokens) {
            if (action.delayMs > 0) await pause(action.delayMs, this.#signal);
            if (this.#signal.aborted) return;
            this.tokens.push({ text: token, at: wallNow() });
            written += 1;
            yield chunk.delta(
              action.kind === "text" ? { content: token } : { reasoning_content: token },
            );
          }
          break;
        case "output": {
          const text = "```\n" + request.toolOutput.trimEnd() + "\n```\n";
          this.tokens.push({ text, at: wallNow() });
          yield chunk.delta({ content: text });
          break;
        }
        case "tool":
          reason = "tool_calls";
          yield chunk.delta({ tool_calls: [toolCall(action.tool, action.input)] });
          break;
        case "cut":
          if (cut) throw new Error("The stream is cut as the script says.");
      }
    }
    const usage = { prompt_tokens: 100, completion_tokens: written, total_tokens: 100 + written };
    yield chunk.send({ choices: [{ index: 0, delta: {}, finish_reason: reason }], usage });
    yield new TextEncoder().encode("data: [DONE]\n\n");
  }
}

/** Encodes the chunks of one chat completion as server-sent events. */
function chunkWriter() {
  const id = `chatcmpl-${crypto.randomUUID()}`;
  const created = Math.floor(Date.now() / 1000);
  const send = (fields: Readonly<Record<string, unknown>>) => {
    const chunk = { id, object: "chat.completion.chunk", created, model: MODEL_NAME, ...fields };
    return new TextEncoder().encode(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  const delta = (delta: unknown) => send({ choices: [{ index: 0, delta, finish_reason: null }] });
  return { send, delta };
}

function toolCall(name: string, input: unknown) {
  const id = `call_${crypto.randomUUID()}`;
  return { index: 0, id, type: "function", function: { name, arguments: JSON.stringify(input) } };
}

function openAiError(status: number, message: string, retryAfterS?: number): Response {
  return Response.json({ error: { message, type: "scripted", code: null } }, {
    status,
    headers: retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) },
  });
}

function messageOf(status: number): string {
  if (status === 401) return "Incorrect API key provided";
  if (status === 429) return "Rate limit reached";
  return "The scripted model failed as it was told to";
}

/** Holds a request until the model is closed. */
async function hang(signal: AbortSignal): Promise<Response> {
  await pause(Infinity, signal);
  return openAiError(503, "the model was closed");
}
