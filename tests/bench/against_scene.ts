import { delay } from "@std/async";
import { wallNow } from "../../lib/base/time/clock.ts";
import { startFront } from "../networks/front.ts";
import { World } from "../whole/harness.ts";
import { counted } from "./counted.ts";
import type { PeerProcess } from "./peer_process.ts";
import { quantiles } from "./quantiles.ts";
import { certificateOf, FEISHU, FEISHU_ADDRESS, type Seal } from "./sealed.ts";

const STARTS = 5;
/** The same for a bridge that is slow to start, as those differ by less of it. */
const SLOW_STARTS = 3;
/** Milliseconds above which a start is slow. */
const SLOW_MS = 5_000;
const TOKENS = 40;
const TOKEN_MS = 250;
const QUICK_TURNS = 10;
const OUTAGE_MS = 20_000;
/** Milliseconds after the last token, or after the outage, in which the answer may still come. */
const PATIENCE_MS = 60_000;

/**
 * What one bridge did in the scene; milliseconds, megabytes or counts, as the names say. `null` is never;
 * what is not there was not played.
 */
export interface Played {
  readonly startMs?: number;
  readonly starts?: number;
  /** Anything on the screen: also a mark at the person's message. */
  readonly firstSignMs?: number | null;
  readonly firstMessageMs?: number | null;
  readonly visibleP50Ms?: number | null;
  readonly visibleP95Ms?: number | null;
  /** How many changes of the screen showed more of the answer than before. */
  readonly steps?: number;
  readonly finalMs?: number | null;
  readonly calls?: number;
  readonly idleMb?: number;
  readonly laterMb?: number;
  /** How many quick turns showed all of their answer. */
  readonly quickWhole?: number;
  /** From the end of the outage to the whole answer. */
  readonly afterOutageMs?: number | null;
  readonly modelRuns?: number;
}

/** A turn of the scene; milliseconds. */
interface TurnPlan {
  readonly tokens: number;
  /** From one token to the next. */
  readonly ms: number;
  /** How long after the last token the answer may still come. */
  readonly patienceMs: number;
  /** What is left to the bridge after its answer. */
  readonly settleMs: number;
}

/** Where a scene tells how far it is. */
export interface Progress {
  say(line: string): void;
  measured(more: Played): Promise<void>;
}

/** Plays the scene for one bridge, which `start` starts, in a world of its own behind Feishu's name. */
export async function play(
  seal: Seal,
  start: (world: World) => Promise<PeerProcess>,
  { say, measured }: Progress,
): Promise<void> {
  // An event that is not acknowledged comes again after 3 s + 1 s, twice.
  await using world = await World.create({ cardkit: true, ladderMs: [1_000, 1_000, 3_600_000] });
  await using _front = await startFront(world.twin, FEISHU, {
    hostname: FEISHU_ADDRESS,
    port: 443,
    ...certificateOf(seal),
  });
  say("starts, the first one not counted");
  await using bridge = await starts(world, start, measured);
  await delay(10_000);
  await measured({ idleMb: await bridge.memoryMb() });
  say(`a turn that warms up, and one of ${TOKENS * TOKEN_MS / 1000} s`);
  const patience = { patienceMs: PATIENCE_MS, settleMs: 2_000 };
  await turn(world, { tokens: 8, ms: 50, ...patience }, say);
  const { figures } = await turn(world, { tokens: TOKENS, ms: TOKEN_MS, ...patience }, say);
  await measured(figures);
  say(`${QUICK_TURNS} quick turns`);
  let quickWhole = 0;
  for (let i = 0; i < QUICK_TURNS; i++) {
    const plan = { tokens: 3 + i, ms: 20, patienceMs: 15_000, settleMs: 1_000 };
    const { whole } = await turn(world, plan, say);
    quickWhole += whole ? 1 : 0;
  }
  await measured({ quickWhole, laterMb: await bridge.memoryMb() });
  say("one event three times");
  await measured({ modelRuns: await thrice(world) });
  say(`${OUTAGE_MS / 1000} s of 503 around the end of a turn`);
  const { afterOutageMs, text } = await outage(world);
  await measured({ afterOutageMs });
  if (afterOutageMs === null) say(`not the whole text: ${text}`);
}

/** Starts it several times, each to its long connection, and leaves the last one running. */
async function starts(
  world: World,
  start: (world: World) => Promise<PeerProcess>,
  measured: Progress["measured"],
): Promise<PeerProcess> {
  // The first one fills what is kept between starts.
  await (await up(world, start)).bridge.stop();
  for (const took: number[] = [];;) {
    const { bridge, ms } = await up(world, start);
    took.push(ms);
    const startMs = quantiles(took).p50;
    if (took.length >= (startMs > SLOW_MS ? SLOW_STARTS : STARTS)) {
      await measured({ startMs, starts: took.length });
      return bridge;
    }
    await bridge.stop();
  }
}

/** Starts a bridge and waits for its long connection; a bridge without one is stopped. */
async function up(
  world: World,
  start: (world: World) => Promise<PeerProcess>,
): Promise<{ readonly bridge: PeerProcess; readonly ms: number }> {
  const { twin } = world;
  await twin.until(() => twin.connections() === 0, { timeoutMs: 30_000 });
  const from = wallNow();
  const bridge = await start(world);
  try {
    await twin.until(() => twin.connections() > 0, { timeoutMs: 300_000 });
    return { bridge, ms: wallNow() - from };
  } catch (cause) {
    await bridge.stop();
    throw new Error(`No long connection. Its last words: ${bridge.lastWords}`, { cause });
  }
}

/** A turn in which the model counts to `tokens`: when what was to be seen. */
async function turn(
  { twin, model }: World,
  { tokens, ms, patienceMs, settleMs }: TurnPlan,
  say: Progress["say"],
) {
  const before = {
    messages: twin.botMessages().length,
    requests: twin.requests.length,
    tokens: model.tokens.length,
  };
  const sign: number[] = [];
  const message: number[] = [];
  const seen: number[] = [];
  let steps = 0;
  const stop = twin.onChange(({ kind }) => {
    if (!["message", "edit", "reaction"].includes(kind)) return;
    sign.push(wallNow());
    if (twin.botMessages().length > before.messages) message.push(wallNow());
    const more = Math.max(0, counted(shown(twin, before.messages)) - seen.length);
    steps += more > 0 ? 1 : 0;
    seen.push(...Array<number>(more).fill(wallNow()));
  });
  twin.say({ text: `[[slow ${tokens} ${ms}]]` });
  // What the person wrote is a change too.
  sign.length = 0;
  const from = wallNow();
  const timeoutMs = tokens * ms + patienceMs;
  const whole = await twin.until(() => seen.length >= tokens, { timeoutMs })
    .then(() => true, () => false);
  stop();
  // Marks and the last edit may follow.
  await delay(settleMs);
  const written = model.tokens.slice(before.tokens).filter(({ text }) => /^\d+ $/.test(text));
  const late = written.map(({ at }, index) => (seen[index] ?? Infinity) - at)
    .toSorted((a, b) => a - b);
  const figures: Played = {
    firstSignMs: orNever((sign[0] ?? Infinity) - from),
    firstMessageMs: orNever((message[0] ?? Infinity) - from),
    visibleP50Ms: orNever(late[Math.ceil(0.5 * late.length) - 1]),
    visibleP95Ms: orNever(late[Math.ceil(0.95 * late.length) - 1]),
    steps,
    finalMs: orNever((seen[tokens - 1] ?? Infinity) - (written[tokens - 1]?.at ?? 0)),
    calls: twin.requests.length - before.requests,
  };
  if (!whole) say(`not the whole text: ${shown(twin, before.messages).join("\n")}`);
  return { whole, figures };
}

/** How often the model runs for one event whose acknowledgement is lost twice. */
async function thrice(world: World): Promise<number> {
  const { twin } = world;
  const prompt = "[[slow 20 20]]";
  twin.faults.loseAck(2);
  let deliveries = 0;
  const stop = twin.onChange(({ kind }) => deliveries += kind === "frame" ? 1 : 0);
  twin.say({ text: prompt });
  await twin.until(() => deliveries >= 3, { timeoutMs: 30_000 }).finally(stop);
  await delay(5_000);
  return world.modelRuns(prompt);
}

/** Fails every call from the middle of a turn on: how long after that its whole answer comes, and what is shown. */
async function outage({ twin }: World) {
  const before = twin.botMessages().length;
  const tokens = 25;
  twin.say({ text: `[[slow ${tokens} ${TOKEN_MS}]]` });
  await delay(4_000);
  twin.faults.fail({ status: 503, times: Infinity });
  await delay(OUTAGE_MS);
  twin.faults.clear();
  const from = wallNow();
  const whole = () => counted(shown(twin, before)) >= tokens;
  const came = await twin.until(whole, { timeoutMs: PATIENCE_MS }).then(() => true, () => false);
  return { afterOutageMs: came ? wallNow() - from : null, text: shown(twin, before).join("\n") };
}

function shown(twin: World["twin"], from: number): string[] {
  return twin.botMessages().slice(from).map((message) => twin.plain(message));
}

function orNever(ms = Infinity): number | null {
  return Number.isFinite(ms) ? ms : null;
}
