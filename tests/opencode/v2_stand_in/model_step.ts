import { delay } from "@std/async";
import { newId } from "./ids.ts";
import { type Json, record } from "./json.ts";
import { Failed, Rejected } from "./endings.ts";
import type { Call, Step } from "./script.ts";
import type { Session } from "./session.ts";
import { type Place, runTool } from "./tools.ts";
import type { World } from "./world.ts";

/** What one step costs, as in the recordings. */
const USAGE = {
  cost: 0.002226,
  tokens: { input: 602, output: 15, reasoning: 5, cache: { read: 400, write: 0 } },
};
/** Attempts after which a failing provider is given up: 5 in July, 10 retries in 2.0.26 (its source). */
const ATTEMPTS = { july: 5, "2.0": 11 };
const KINDS: Readonly<Record<number, string>> = {
  400: "provider.invalid-request",
  401: "provider.auth",
  429: "provider.rate-limit",
};

/** What a step needs besides its script. */
export interface StepContext {
  readonly world: World;
  readonly session: Session;
  readonly signal: AbortSignal;
  /** Milliseconds before the second attempt, doubling. */
  readonly retryMs: number;
  readonly child: Place["child"];
  readonly wake: Place["wake"];
}

/** The model and the agent of a session, as its steps say them. */
export function chosen({ info }: Session): { agent: string; model: Json } {
  const { id = "m1", providerID = "fake", variant } = record(info.model);
  const model = info.model ? { id, providerID, variant: variant ?? "default" } : { id, providerID };
  return { agent: String(info.agent ?? "build"), model };
}

/** One step of the model, told in events. */
export class ModelStep {
  readonly #context: StepContext;
  readonly #id = newId("msg");
  #hasText = false;
  #text: string[] = [];
  /** The calls that have no result yet. */
  readonly #open = new Set<string>();
  #hasFinished = false;
  #isWaiting = false;

  constructor(context: StepContext) {
    this.#context = context;
  }

  /** Plays a step. Rejects with {@linkcode Failed}, {@linkcode Rejected} or the reason of the signal. */
  async play(step: Step): Promise<void> {
    try {
      await this.#attempts(step);
      await this.#speak(step);
      const calls = step.calls ?? [];
      const named = calls.map((call) => ({ call, id: `call_${newId("evt").slice(4, 16)}` }));
      for (const { call, id } of named) this.#announce(call, id);
      for (const { call, id } of named) this.#call(call, id);
      this.#endText();
      this.#publish("step.streamed");
      this.#hasFinished = true;
      await this.#results(named);
      this.#publish("step.ended", { finish: calls.length > 0 ? "tool-calls" : "stop", ...USAGE });
      this.use();
    } catch (error) {
      this.#close(error);
      throw error;
    }
  }

  /** Counts what a request has used. */
  use(): void {
    const { world, session } = this.#context;
    const { cost, tokens } = session.info;
    const sum = (one: unknown, other: Json): Json =>
      Object.fromEntries(
        Object.entries(other).map(([key, value]) => {
          const before = record(one)[key];
          return [
            key,
            typeof value === "number" ? Number(before ?? 0) + value : sum(before, record(value)),
          ];
        }),
      );
    const used = { cost: Number(cost) + USAGE.cost, tokens: sum(tokens, USAGE.tokens) };
    world.publish(session, "session.usage.updated", used);
  }

  async #attempts({ fails, overflows, breaks, words }: Step): Promise<void> {
    const { world, session, signal, retryMs } = this.#context;
    if (overflows) {
      const publish = (what: string, data: Json) =>
        world.publish(session, `session.compaction.${what}`, data);
      publish("started", { reason: "auto", recent: "" });
      publish("ended", { reason: "auto", text: "SUMMARY of what happened so far.", recent: "" });
    }
    this.#begin();
    for (let attempt = 1; fails && attempt <= fails.times; attempt++) {
      const message =
        `Provider request failed with HTTP ${fails.status}: {"error":{"message":"boom"}}`;
      const error = { type: KINDS[fails.status] ?? "provider.internal", message };
      const isFinal = fails.status === 400 || fails.status === 401;
      if (isFinal || attempt >= ATTEMPTS[world.dialect]) throw new Failed(error);
      const waitMs = retryMs * 2 ** (attempt - 1);
      this.#publish("retry.scheduled", { attempt: attempt + 1, at: Date.now() + waitMs, error });
      this.#isWaiting = true;
      await delay(waitMs, { signal });
      this.#isWaiting = false;
      this.#begin();
    }
    if (breaks === "hang" && words === undefined) {
      await new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
    }
  }

  #begin(): void {
    this.#publish("step.started", { ...chosen(this.#context.session), started: Date.now() });
  }

  async #speak({ reasoning, words = [], delayMs = 0, firstMs = 0, breaks }: Step): Promise<void> {
    const { signal } = this.#context;
    if (reasoning !== undefined) {
      this.#publish("reasoning.started", { ordinal: 0 });
      this.#publish("reasoning.delta", { ordinal: 0, delta: reasoning });
      this.#publish("reasoning.ended", { ordinal: 0, text: reasoning });
    }
    if (words.length > 0) {
      this.#hasText = true;
      this.#publish("text.started", { ordinal: 0 });
    }
    for (const word of words) {
      const waitMs = this.#text.length > 0 ? delayMs : firstMs;
      if (waitMs > 0) await delay(waitMs, { signal });
      this.#text.push(word);
      this.#publish("text.delta", { ordinal: 0, delta: word });
      // Others may look, and interrupt, between two words.
      await delay(0);
      signal.throwIfAborted();
    }
    if (breaks !== "cut") return;
    const message = "Provider stream ended without a terminal finish event";
    throw new Failed({ type: "provider.invalid-output", message });
  }

  #announce({ name, input }: Call, id: string): void {
    const text = JSON.stringify(input);
    const half = Math.ceil(text.length / 2);
    this.#open.add(id);
    this.#publish("tool.input.started", { id, name });
    for (const delta of [text.slice(0, half), text.slice(half)]) {
      this.#publish("tool.input.delta", { id, delta });
    }
  }

  #call({ input }: Call, id: string): void {
    this.#publish("tool.input.ended", { id, text: JSON.stringify(input) });
    this.#publish("tool.called", { id, input, executed: false });
  }

  #endText(): void {
    if (this.#hasText) this.#publish("text.ended", { ordinal: 0, text: this.#text.join("") });
    this.#hasText = false;
  }

  /** Makes the calls side by side; one that a person rejects ends the others. */
  async #results(calls: readonly { readonly call: Call; readonly id: string }[]): Promise<void> {
    const rejected = new AbortController();
    const signal = AbortSignal.any([this.#context.signal, rejected.signal]);
    const results = await Promise.allSettled(calls.map(async ({ call, id }) => {
      const place = { ...this.#context, messageId: this.#id, callId: id, signal };
      const outcome = await runTool(call, place).catch((error) => {
        if (error instanceof Rejected) rejected.abort(error);
        throw error;
      });
      this.#open.delete(id);
      this.#publish(outcome.failed ? "tool.failed" : "tool.success", {
        id,
        ...outcome.fields,
        executed: false,
      });
    }));
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  /** What an end before the end leaves behind: nothing stays open. */
  #close(error: unknown): void {
    // An interrupt while a retry waits leaves the message open (observed on the build of July).
    if (this.#isWaiting && !(error instanceof Failed)) return;
    this.#endText();
    const aborted = (message: string) => ({ type: "aborted", message });
    for (const id of this.#open) {
      this.#publish("tool.failed", {
        id,
        error: aborted("Tool execution interrupted"),
        executed: false,
      });
    }
    const why = error instanceof Failed ? error.error : aborted("Step interrupted");
    this.#publish("step.failed", { error: why, ...(this.#hasFinished ? USAGE : {}) });
    if (this.#hasFinished) this.use();
  }

  #publish(what: string, data: Json = {}): void {
    const { world, session } = this.#context;
    world.publish(session, `session.${what}`, { assistantMessageID: this.#id, ...data });
  }
}
