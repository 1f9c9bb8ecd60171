/** A team that works with one bot for a day. */
export interface WorkingDay {
  readonly people: number;
  readonly machines: number;
  /** How many prompts each sends in a day. */
  readonly prompts: number;
  /** How long the day is, in milliseconds. */
  readonly ms: number;
  /** The calls to Feishu that a turn of so many milliseconds costs. */
  readonly callsOf: (ms: number) => number;
}

/** What such a day asks of Feishu and of the machines. */
export interface Played {
  readonly turns: number;
  /** All calls of the day. */
  readonly calls: number;
  /** The most turns that run at once: in all, and on one machine. */
  readonly atOnce: number;
  readonly atOnceEach: number;
  /** The most edits that are wanted in one minute. */
  readonly editsAMinute: number;
  /** How long an edit waits for Feishu's limits, in milliseconds. */
  readonly waits: readonly number[];
  /** The share of the edits that a newer one overtook while it waited, from 0 to 1. */
  readonly coalesced: number;
}

/** What Feishu takes of one API of an app: so many in a second, and in a minute. */
const PER_SECOND = 50;
const PER_MINUTE = 1_000;
/** Half of the turns are shorter than this, in milliseconds. The longest takes an hour. */
const MEDIAN_MS = 45_000;
const SPREAD = 1.2;
const LONGEST_MS = 3_600_000;
/** The calls of a turn that are no edits: two reactions and the message itself. */
const OTHER_CALLS = 3;

interface Edit {
  readonly at: number;
  readonly message: number;
}

/**
 * Plays a day. Prompts come at random, most of them in the middle of the morning and of the afternoon; the lengths
 * of turns are spread log-normally. A turn's edits are dense at first and rare later. The same seed plays the same
 * day.
 */
export function playDay(day: WorkingDay, seed = 1): Played {
  const random = randomNumbers(seed);
  const { people, machines, prompts, ms, callsOf } = day;
  const turns = Array.from({ length: people * prompts }, (_, n) => {
    const bell = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    const length = Math.min(MEDIAN_MS * Math.exp(SPREAD * bell), LONGEST_MS);
    return { at: momentOf(random, ms), length, machine: n % machines };
  });
  const calls = turns.map(({ length }) => Math.max(callsOf(length), OTHER_CALLS + 1));
  const edits = turns.flatMap(({ at, length }, message): Edit[] => {
    const count = Math.round(calls[message] ?? 0) - OTHER_CALLS;
    return Array.from({ length: count }, (_, i) => ({
      at: at + length * ((i + 1) / count) ** 2,
      message,
    }));
  }).sort((a, b) => a.at - b.at);
  const each = Map.groupBy(turns, ({ machine }) => machine);
  return {
    turns: turns.length,
    calls: Math.round(calls.reduce((sum, one) => sum + one, 0)),
    atOnce: most(turns),
    atOnceEach: Math.max(...each.values().map(most)),
    editsAMinute: Math.max(
      ...Map.groupBy(edits, ({ at }) => Math.floor(at / 60_000)).values()
        .map(({ length }) => length),
    ),
    ...queue(edits),
  };
}

/** A moment of the day; twice as often in its second and sixth eighths. */
function momentOf(random: () => number, ms: number): number {
  const eighth = [0, 1, 1, 2, 3, 4, 5, 5, 6, 7][Math.floor(random() * 10)] ?? 0;
  return (eighth + random()) / 8 * ms;
}

/** The most turns that run at once. */
function most(turns: readonly { readonly at: number; readonly length: number }[]): number {
  const changes = turns.flatMap(({ at, length }) => [{ at, by: 1 }, { at: at + length, by: -1 }])
    .sort((a, b) => a.at - b.at);
  let now = 0;
  return changes.reduce((top, { by }) => Math.max(top, now += by), 0);
}

/** Lets edits leave as Feishu's limits allow. A message has one that waits: a newer one takes its place. */
function queue(edits: readonly Edit[]): Pick<Played, "waits" | "coalesced"> {
  const left: number[] = [];
  const waiting = new Map<number, number>();
  const waits: number[] = [];
  let coalesced = 0;
  const leave = (now: number) => {
    for (const [message, since] of waiting) {
      const may = Math.max(
        since,
        (left.at(-PER_SECOND) ?? -Infinity) + 1_000,
        (left.at(-PER_MINUTE) ?? -Infinity) + 60_000,
      );
      if (may > now) return;
      waiting.delete(message);
      left.push(may);
      waits.push(may - since);
    }
  };
  for (const { at, message } of edits) {
    leave(at);
    if (waiting.has(message)) coalesced++;
    else waiting.set(message, at);
  }
  leave(Infinity);
  return { waits, coalesced: coalesced / edits.length };
}

/** Random numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6D2B79F5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 1) / 4_294_967_297;
  };
}
