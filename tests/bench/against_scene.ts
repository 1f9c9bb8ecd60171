import { delay } from "@std/async";
import { wallNow } from "../../lib/base/time/clock.ts";
import { startFront } from "../networks/front.ts";
import { World } from "../whole/harness.ts";
import type { PeerProcess } from "./peer_process.ts";
import { quantiles } from "./quantiles.ts";
import { certificateOf, FEISHU, FEISHU_ADDRESS, type Seal } from "./sealed.ts";

const STARTS = 5;
const TOKENS = 40;
const TOKEN_MS = 250;
const QUICK_TURNS = 10;
const OUTAGE_MS = 20_000;
/** Milliseconds after the outage in which the answer may still come. */
const PATIENCE_MS = 90_000;

/** What one bridge did in the scene; milliseconds, megabytes or counts, as the names say. */
export interface Played {
  readonly startMs: number;
  /** Anything on the screen: also a mark at the person's message. */
  readonly firstSignMs: number;
  readonly firstMessageMs: number;
  readonly visibleP50Ms: number;
  readonly visibleP95Ms: number;
  /** How many changes of the screen showed more of the answer than before. */
  readonly steps: number;
  readonly finalMs: number;
  readonly calls: number;
  readonly idleMb: number;
  readonly laterMb: number;
  /** From the end of the outage to the whole answer; nothing when it never came. */
  readonly afterOutageMs?: number;
  readonly modelRuns: number;
}

/** Plays the scene for one bridge, which `start` starts, in a world of its own behind Feishu's name. */
export async function play(
  seal: Seal,
  start: (world: World) => Promise<PeerProcess>,
  say: (line: string) => void,
): Promise<Played> {
  // An event that is not acknowledged comes again after 3 s + 1 s, twice.
  await using world = await World.create({ cardkit: true, ladderMs: [1_000, 1_000, 3_600_000] });
  const { twin } = world;
  await using _front = await startFront(twin, FEISHU, {
    hostname: FEISHU_ADDRESS,
    port: 443,
    ...certificateOf(seal),
  });
  const startMs: number[] = [];
  say(`${STARTS + 1} starts, the first one not counted`);
  for (let i = 0; i <= STARTS; i++) {
    await using _bridge = await up(world, start, (ms) => startMs.push(ms));
  }
  await using bridge = await up(world, start);
  await delay(10_000);
  const idleMb = await bridge.rssMb();
  say(`a turn that warms up, and one of ${TOKENS * TOKEN_MS / 1000} s`);
  await turn(world, 8, 50, say);
  const timed = await turn(world, TOKENS, TOKEN_MS, say);
  say(`${QUICK_TURNS} quick turns`);
  for (let i = 0; i < QUICK_TURNS; i++) await turn(world, 3 + i, 20, say);
  const laterMb = await bridge.rssMb();
  say("one event three times");
  twin.faults.loseAck(2);
  let deliveries = 0;
  const stop = twin.onChange(({ kind }) => deliveries += kind === "frame" ? 1 : 0);
  twin.say({ text: "[[slow 20 20]]" });
  await twin.until(() => deliveries >= 3, { timeoutMs: 30_000 }).finally(stop);
  await delay(5_000);
  const modelRuns = world.modelRuns("[[slow 20 20]]");
  say(`${OUTAGE_MS / 1000} s of 503 around the end of a turn`);
  const afterOutageMs = await outage(world);
  return {
    startMs: quantiles(startMs.slice(1)).p50,
    ...timed,
    idleMb,
    laterMb,
    modelRuns,
    ...(afterOutageMs === undefined ? {} : { afterOutageMs }),
  };
}

/** Starts a bridge and waits for its long connection; a bridge without one is stopped. */
async function up(
  world: World,
  start: (world: World) => Promise<PeerProcess>,
  took: (ms: number) => void = () => {},
): Promise<PeerProcess> {
  const { twin } = world;
  await twin.until(() => twin.connections() === 0, { timeoutMs: 30_000 });
  const from = wallNow();
  const bridge = await start(world);
  try {
    await twin.until(() => twin.connections() > 0, { timeoutMs: 180_000 });
    took(wallNow() - from);
    return bridge;
  } catch (cause) {
    await bridge.stop();
    throw new Error(`No long connection. Its last words: ${bridge.lastWords}`, { cause });
  }
}

/** A turn in which the model counts to `tokens`: when what was to be seen, Infinity for never. */
async function turn(
  { twin, model }: World,
  tokens: number,
  ms: number,
  say: (line: string) => void,
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
  const look = () => Math.max(0, ...shown(twin, before.messages).map(count));
  const stop = twin.onChange(({ kind }) => {
    if (!["message", "edit", "reaction"].includes(kind)) return;
    sign.push(wallNow());
    if (twin.botMessages().length > before.messages) message.push(wallNow());
    const more = Math.max(0, look() - seen.length);
    steps += more > 0 ? 1 : 0;
    seen.push(...Array<number>(more).fill(wallNow()));
  });
  twin.say({ text: `[[slow ${tokens} ${ms}]]` });
  // What the person wrote is a change too.
  sign.length = 0;
  const from = wallNow();
  await twin.until(() => seen.length >= tokens, { timeoutMs: tokens * ms + 60_000 })
    .catch(() => say(`not the whole text: ${shown(twin, before.messages).join("\n")}`))
    .finally(stop);
  // Marks and the last edit may follow.
  await delay(2_000);
  const written = model.tokens.slice(before.tokens).filter(({ text }) => /^\d+ $/.test(text));
  const late = written.map(({ at }, index) => (seen[index] ?? Infinity) - at)
    .toSorted((a, b) => a - b);
  return {
    firstSignMs: (sign[0] ?? Infinity) - from,
    firstMessageMs: (message[0] ?? Infinity) - from,
    visibleP50Ms: quantiles(late).p50,
    visibleP95Ms: late[Math.ceil(0.95 * late.length) - 1] ?? Infinity,
    steps,
    finalMs: (seen[tokens - 1] ?? Infinity) - (written[tokens - 1]?.at ?? 0),
    calls: twin.requests.length - before.requests,
  };
}

/** Fails every call from the middle of a turn on: how long after that its whole answer comes, if it does. */
async function outage({ twin }: World): Promise<number | undefined> {
  const before = twin.botMessages().length;
  twin.say({ text: `[[slow 25 ${TOKEN_MS}]]` });
  await delay(4_000);
  twin.faults.fail({ status: 503, times: Infinity });
  await delay(OUTAGE_MS);
  twin.faults.clear();
  const from = wallNow();
  const whole = () => shown(twin, before).some((text) => count(text) >= 25);
  return await twin.until(whole, { timeoutMs: PATIENCE_MS })
    .then(() => wallNow() - from, () => undefined);
}

function shown(twin: World["twin"], from: number): string[] {
  return twin.botMessages().slice(from).map((message) => twin.plain(message));
}

/** How many of the numbers 1, 2, 3… a text shows. */
function count(text: string): number {
  return Math.max(0, ...(text.match(/\b1 2(?: \d+)*/g) ?? []).map((run) => run.split(" ").length));
}
