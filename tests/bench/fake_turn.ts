import { delay } from "@std/async";
import type { JsonObject } from "../../lib/base/json.ts";
import { messageId as timedId } from "../../lib/opencode/ids.ts";
import { stamp } from "./stamp.ts";

/** Tells the world of an event. */
export type Emit = (type: string, properties: JsonObject) => void;

/** What a {@linkcode fakeTurn} answers, and to whom. */
export interface FakePrompt {
  readonly sessionId: string;
  readonly messageId: string;
  readonly partId: string;
  /**
   * What to do: `stamps N MS` writes N tokens, one every MS milliseconds, each telling when it was
   * written; `tools N MS` calls a tool N times, each in a step of its own; `chunks N SIZE MS` writes N
   * pieces of prose of SIZE characters; `[[question]]` asks one. Anything else gets one sentence at once.
   */
  readonly text: string;
  readonly emit: Emit;
}

/** A turn that runs, or is over. */
export interface FakeTurn {
  readonly busy: boolean;
  /** The question that waits for its answer, as `GET /question` lists it. */
  readonly question: JsonObject | undefined;
  /** Answers it. */
  reply(answers: readonly unknown[]): void;
  /** What is stored of it, oldest first. */
  messages(): { readonly info: JsonObject; readonly parts: readonly unknown[] }[];
  stop(): void;
}

const PROSE = "The quick brown fox jumps over the lazy dog, then it reads `main.ts` once more.\n";
const NO_TOKENS = { input: 0, output: 0, reasoning: 0, cache: { read: 0, write: 0 } };
const TOKENS = { ...NO_TOKENS, total: 122, input: 102, output: 20 };
const QUESTIONS = [{
  question: "Which colour?",
  header: "Colour",
  options: [{ label: "Red", description: "warm" }, { label: "Blue", description: "cold" }],
}];
let ids = 0;

/** What every part has. */
interface PartIds {
  readonly id: string;
  readonly messageID: string;
  readonly sessionID: string;
}

/** An id that comes after all before it, as opencode's do. */
function newId(prefix: string): string {
  return `${prefix}_${String(++ids).padStart(12, "0")}f`;
}

/** Starts to answer a prompt. */
export function fakeTurn({ sessionId, messageId, partId, text, emit }: FakePrompt): FakeTurn {
  const messages = new Map<string, { info: JsonObject; parts: Map<string, unknown> }>();
  const stopping = new AbortController();
  const { signal } = stopping;
  let busy = true;
  let open: { asked: JsonObject; resolve: (answers: readonly unknown[]) => void } | undefined;

  const setInfo = (info: JsonObject) => {
    const id = String(info.id);
    messages.set(id, { info, parts: messages.get(id)?.parts ?? new Map() });
    emit("message.updated", { sessionID: sessionId, info });
  };
  const setPart = (part: JsonObject) => {
    messages.get(String(part.messageID))?.parts.set(String(part.id), part);
    emit("message.part.updated", { sessionID: sessionId, part, time: Date.now() });
  };
  const setStatus = (type: "busy" | "idle") =>
    emit("session.status", { sessionID: sessionId, status: { type } });

  /** One answer of the model: an assistant message from its first event to its last. */
  const step = async (work: (part: () => PartIds) => Promise<void>, finish: string) => {
    const id = newId("msg");
    const info = {
      ...{ id, sessionID: sessionId, role: "assistant", parentID: messageId },
      ...{ mode: "build", agent: "build", path: { cwd: "/", root: "/" } },
      ...{ cost: 0, tokens: NO_TOKENS, modelID: "fake-1", providerID: "fake" },
    };
    const created = Date.now();
    setInfo({ ...info, time: { created } });
    const part = () => ({ id: newId("prt"), messageID: id, sessionID: sessionId });
    setPart({ ...part(), type: "step-start" });
    await work(part);
    if (signal.aborted) return;
    setPart({ ...part(), type: "step-finish", reason: finish, tokens: TOKENS, cost: 0.0001 });
    const time = { created, completed: Date.now() };
    setInfo({ ...info, finish, cost: 0.0001, tokens: TOKENS, time });
  };
  const write = (count: number, everyMs: number, token: (index: number) => string) =>
    step(async (newPart) => {
      const part = { ...newPart(), type: "text" };
      const start = Date.now();
      setPart({ ...part, text: "", time: { start } });
      let text = "";
      const ids = { sessionID: sessionId, messageID: part.messageID, partID: part.id };
      await paced(count, everyMs, signal, (index) => {
        const delta = token(index);
        text += delta;
        emit("message.part.delta", { ...ids, field: "text", delta });
      });
      setPart({ ...part, text, time: { start, end: Date.now() } });
    }, "stop");
  const callTool = (index: number) =>
    step((newPart) => {
      const part = { ...newPart(), type: "tool", tool: "bash", callID: `call_${index}` };
      const input = { command: `grep -rn needle src/part-${index}`, description: "Searches" };
      const time = { start: Date.now() };
      const output = PROSE.repeat(10);
      setPart({ ...part, state: { status: "pending", input: {}, raw: "" } });
      setPart({ ...part, state: { status: "running", input, time } });
      const metadata = { output, exit: 0, truncated: false };
      const ended = { input, time: { ...time, end: Date.now() }, title: input.command };
      setPart({ ...part, state: { ...ended, status: "completed", output, metadata } });
      return Promise.resolve();
    }, "tool-calls");

  const ask = () =>
    step(async (newPart) => {
      const part = { ...newPart(), type: "tool", tool: "question", callID: "call_question" };
      const input = { questions: QUESTIONS };
      const time = { start: Date.now() };
      setPart({ ...part, state: { status: "pending", input: {}, raw: "" } });
      const tool = { messageID: part.messageID, callID: part.callID };
      const id = timedId().replace("msg", "que");
      const asked = { id, sessionID: sessionId, ...input, tool };
      const { promise, resolve } = Promise.withResolvers<readonly unknown[]>();
      open = { asked, resolve };
      emit("question.asked", asked);
      setPart({ ...part, state: { status: "running", input, time } });
      signal.addEventListener("abort", () => resolve([]));
      const answers = await promise;
      open = undefined;
      emit("question.replied", { sessionID: sessionId, requestID: id, answers });
      const ended = { input, time: { ...time, end: Date.now() }, title: "Asked 1 question" };
      const output = "User has answered your questions.";
      setPart({ ...part, state: { ...ended, status: "completed", output, metadata: { answers } } });
    }, "tool-calls");

  const answer = async (): Promise<void> => {
    if (text.includes("[[question]]")) await ask();
    const [kind, ...numbers] = /\b(stamps|tools|chunks)( \d+)+/.exec(text)?.[0].split(" ") ?? [];
    const [first = 0, second = 0, third = 0] = numbers.map(Number);
    if (kind === "stamps") await write(first, second, () => stamp(sessionId));
    else if (kind === "chunks") {
      const prose = PROSE.repeat(Math.ceil(second / PROSE.length) + 1);
      await write(first, third, (index) => {
        const from = (index * second) % PROSE.length;
        return prose.slice(from, from + second);
      });
    } else {
      if (kind === "tools") {
        let steps = Promise.resolve();
        await paced(first, second, signal, (index) => {
          steps = steps.then(() => callTool(index));
        });
        await steps;
      }
      await write(1, 0, () => "That is done.");
    }
  };
  const run = async (): Promise<void> => {
    const time = { created: Date.now() };
    const model = { providerID: "fake", modelID: "fake-1" };
    setInfo({ id: messageId, role: "user", sessionID: sessionId, time, agent: "build", model });
    setPart({ id: partId, messageID: messageId, sessionID: sessionId, type: "text", text });
    setStatus("busy");
    await answer();
    busy = false;
    setStatus("idle");
    emit("session.idle", { sessionID: sessionId });
  };
  run();

  return {
    get busy() {
      return busy;
    },
    get question() {
      return open?.asked;
    },
    reply: (answers) => open?.resolve(answers),
    messages: () =>
      [...messages.values()].map(({ info, parts }) => ({ info, parts: [...parts.values()] })),
    stop: () => stopping.abort(),
  };
}

/** Does something so many times, at times that do not drift. */
async function paced(
  times: number,
  everyMs: number,
  signal: AbortSignal,
  act: (index: number) => void,
): Promise<void> {
  const began = performance.now();
  for (let index = 0; index < times && !signal.aborted; index++) {
    const early = began + index * everyMs - performance.now();
    // Timers cannot do less; what is due meanwhile goes out together.
    if (early > 2) await delay(early, { signal }).catch(() => {});
    if (!signal.aborted) act(index);
  }
}
