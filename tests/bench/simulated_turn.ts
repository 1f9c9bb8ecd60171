import { LiveMessage } from "../../lib/bridge/outbox/live_message.ts";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { BotIdentity } from "../../lib/feishu/bot_identity.ts";
import { Messenger } from "../../lib/feishu/messenger.ts";
import type { RenderMode, Slot } from "../../lib/model/slot.ts";
import type { ToolCall } from "../../lib/model/tool_call.ts";
import type { View } from "../../lib/model/view.ts";
import { texts } from "../../lib/texts/texts.ts";
import { feishuApi, memoryLog } from "../helpers.ts";
import { VirtualTime } from "../virtual_time.ts";

/** A turn to be played in virtual time. */
export interface SimulatedTurn {
  readonly mode: RenderMode;
  readonly stream: "patch" | "cardkit";
  /** See `thrift`. */
  readonly thrift: number;
  readonly throttleMs?: number;
  /** How long it takes, in milliseconds. */
  readonly ms: number;
  /** Milliseconds between two tokens of text; none by default. */
  readonly tokenMs?: number;
  /** How many tools are called, evenly spread; none by default. */
  readonly tools?: number;
  /** How many asks there are, evenly spread, each answered after a second; none by default. */
  readonly asks?: number;
}

/** What a simulated turn did. */
export interface PlayedTurn {
  /** The calls that count, tokens apart. */
  readonly calls: number;
  /** For each token that was shown while the turn ran: how long it took, and when it was written. */
  readonly visible: readonly { readonly at: number; readonly ms: number }[];
  /** For each tool call's change: how long it took until it was shown, or a later one. */
  readonly steps: readonly number[];
}

/** Something that happens in a turn: its number among those of its kind, and when. */
interface Moment {
  readonly kind: "token" | "step" | "ask" | "answer";
  readonly n: number;
  readonly at: number;
}

/** From how long a turn on its end is announced by a message of its own, in milliseconds. */
const LONG_MS = 60_000;

/** Plays a turn with the real live message, messenger and client against the twin. */
export async function simulateTurn(turn: SimulatedTurn): Promise<PlayedTurn> {
  const { mode, stream, thrift, throttleMs = 1_500, ms } = turn;
  await using twin = await startTwin({ cardkit: true });
  using time = new VirtualTime();
  const ended = new AbortController();
  const { signal } = ended;
  const log = memoryLog();
  const api = feishuApi(twin, log);
  const chat = new Messenger({
    api,
    log,
    mode,
    modeOf: () => undefined,
    isOpened: () => false,
    stream,
    throttleMs,
    thrift: () => thrift,
    machines: () => 1,
    textsOf: () => texts("en"),
    bot: new BotIdentity({ api, log, signal }),
    sentAs: () => Promise.resolve(undefined),
    onSent: () => {},
  });
  const before = twin.faults.countedCalls;
  const counts = { token: 0, step: 0, ask: 0, answer: 0 };
  const holder = {
    slot: chat.markAttempted(chat.slot({ chatId: twin.chat.id })),
    keepSlot: (slot: Slot) => Promise.resolve(void (holder.slot = slot)),
  };
  const prompt = twin.say({ text: "go" });
  void chat.react(prompt, "taken", signal);
  const live = new LiveMessage(holder, { chat, log, signal, asked: () => counts.ask });
  live.show(() => ({ status: "working" }));
  await time.settle();
  const showAsk = async (status: "waiting" | "done", slot: Slot) =>
    await chat.show(slot, { status, text: "May it?" }, { stage: "final", signal });
  let card: Promise<Slot> | undefined;
  const moments = momentsOf(turn);
  for (const { kind, at } of moments) {
    await time.pass(at - time.now);
    counts[kind]++;
    if (kind === "ask") card = showAsk("waiting", chat.slot({ chatId: twin.chat.id }));
    if (kind === "answer") card = card?.then((slot) => showAsk("done", slot));
    const status = counts.ask > counts.answer ? "waiting" : "working";
    live.show(() => ({ ...view(counts.token, counts.step), status }), kind !== "token");
  }
  await time.pass(ms - time.now);
  await live.stop();
  const shown = twin.requests.map(({ at, body }) => ({
    at: at - performance.timeOrigin - performance.now() + time.now,
    ...shownIn(JSON.stringify(body) ?? ""),
  }));
  const final: View = { status: "done", text: "It is done." };
  const showEnd = async () => {
    const { messageId = "", target } = await chat.show(holder.slot, final, {
      stage: "final",
      signal,
    });
    if (ms < LONG_MS) return;
    const ping = chat.slot({ ...target, replyTo: messageId }, "ping", "text");
    await chat.show(ping, { status: "plain", text: "It is done." }, { stage: "final", signal });
  };
  const end = showEnd();
  const mark = chat.react(prompt, "done", signal);
  await time.pass(10_000);
  await Promise.all([end, mark]);
  ended.abort();
  const waits = (wanted: "token" | "step") =>
    moments.filter(({ kind }) => kind === wanted).flatMap(({ n, at }) => {
      const first = shown.find((request) => request[wanted] >= n);
      return first === undefined ? [] : [{ at, ms: first.at - at }];
    });
  return {
    calls: twin.faults.countedCalls - before,
    visible: waits("token"),
    steps: waits("step").map(({ ms }) => ms),
  };
}

/** The first token comes after a moment, as it does from a model. */
function momentsOf({ ms, tokenMs = Infinity, tools = 0, asks = 0 }: SimulatedTurn): Moment[] {
  const tokens = tokenMs === Infinity ? 0 : Math.floor((ms - 300) / tokenMs);
  const every = (kind: Moment["kind"], count: number, stepMs: number) =>
    Array.from({ length: count }, (_, i): Moment => ({ kind, n: i + 1, at: 300 + i * stepMs }));
  // Each tool call begins and ends.
  const steps = every("step", 2 * tools, (ms - 300) / (2 * tools));
  const asked = every("ask", asks, (ms - 300) / asks).map((one) => ({ ...one, at: one.at + 900 }));
  const answered = asked.map(({ n, at }): Moment => ({ kind: "answer", n, at: at + 1_000 }));
  return [...every("token", tokens, tokenMs), ...steps, ...asked, ...answered]
    .sort((a, b) => a.at - b.at);
}

function view(tokens: number, steps: number): View {
  const calls = Math.ceil(steps / 2);
  const tool: ToolCall = {
    tool: "bash",
    title: `step ${steps} of many`,
    state: steps % 2 === 1 ? "running" : "completed",
    depth: 0,
  };
  return {
    status: "working",
    ...(steps > 0 && { tools: [tool], hiddenTools: calls - 1 }),
    ...(tokens > 0 && { text: `token ${tokens} is the last` }),
  };
}

/** The newest token and step that a request shows. */
function shownIn(body: string): { readonly token: number; readonly step: number } {
  const last = (pattern: RegExp) => Number(pattern.exec(body)?.[1] ?? 0);
  return { token: last(/token (\d+) is/), step: last(/step (\d+) of many/) };
}
