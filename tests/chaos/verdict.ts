/** What a run of chaos has left behind, counted from the stand-in's and the model's records. */
import { deadline, delay } from "@std/async";
import { join } from "@std/path";
import { openStore } from "../../lib/store/open_store.ts";
import type { World } from "../whole/harness.ts";

/** A prompt that somebody sent. */
export interface Said {
  /** In the prompt, in its final answer, and nowhere else. */
  readonly word: string;
  readonly chat: string;
  readonly messageId: string;
  /** Milliseconds after the start. */
  readonly at: number;
  /** Whether it is `/help`, which the bridge answers itself. */
  readonly isCommand: boolean;
}

/** What may have cost prompts their answers. */
export interface Losses {
  /** When opencode was killed or stopped last, in milliseconds after the start. */
  readonly killedAt: number;
  /** How often it was, or refused everything, or the bridge was away so long that asks expired. */
  readonly kills: number;
  /** How often somebody asked for the end of a turn, by chat. */
  readonly cancels: ReadonlyMap<string, number>;
  /** The ids of the messages that were taken for answers. */
  readonly answers: ReadonlySet<string>;
}

/** For so long, in milliseconds, a server whose guard was killed may still take prompts. */
const DYING_MS = 5_000;
/** How many messages of the bot a message of somebody's may cause: placeholder, card, reminder, notice. */
const MOST_PER_MESSAGE = 4;
/** Messages of the bot that a chat may show beside these. */
const MOST_OTHERS = 12;

/** What became of the prompts. */
export interface Verdict {
  readonly done: number;
  /** Told as interrupted or failed, because opencode was killed. */
  readonly interrupted: number;
  /** Whatever should not be; empty when all is well. */
  readonly problems: readonly string[];
}

/** The messages in a chat that tell the end of a turn. What a bridge says as it stops is not the end. */
export function endings(world: World, chat: string): string[] {
  const end = /^(Done|Interrupted|Failed|Cancelled)\n(?!The bridge was stopped\.)/;
  return world.shown(chat).filter((text) => end.test(text));
}

/** An answer without what somebody replied to a question in it, which may have been meant as a prompt. */
function withoutReplies(answer: string): string {
  return answer.replaceAll(/"Which colour\?"="[^"]*"/g, "");
}

/** The ids of the messages that bridges took for answers, because something was being asked. */
export function takenAsAnswers(lines: readonly string[]): Set<string> {
  return new Set(lines.flatMap((line) => /message (\S+) answers /.exec(line)?.[1] ?? []));
}

/** How many prompts in a chat were met with the question which ask they answer. */
export function unclearAnswers(world: World, chat: string): number {
  return world.shown(chat).filter((text) => text.startsWith("Several questions are open")).length;
}

/**
 * How many prompts of a chat were called off on their way into the queue. They have no card; the reaction on them is
 * their end.
 */
export function calledOff(world: World, chat: string, prompts: readonly Said[]): number {
  const crossed = prompts.filter(({ messageId }) =>
    world.twin.message(messageId).reactions.some(({ emoji }) => emoji === "CrossMark")
  );
  const cards = endings(world, chat).filter((text) => text.startsWith("Cancelled\n"));
  return Math.max(0, crossed.length - cards.length);
}

/** Counts, once all is at rest and the bridge has stopped. */
export async function verdict(
  world: World,
  said: readonly Said[],
  { killedAt, kills, cancels, answers: given }: Losses,
): Promise<Verdict> {
  const problems: string[] = [];
  const ran = await Deno.readTextFile(join(world.project, "runs")).catch(() => "");
  let done = 0;
  for (const [chat, messages] of Map.groupBy(said, (one) => one.chat)) {
    const all = messages.filter(({ isCommand }) => !isCommand);
    const unclear = unclearAnswers(world, chat);
    const taken = all.filter(({ messageId }) => given.has(messageId)).length + unclear;
    problems.push(...unansweredCommands(world, chat, messages));
    problems.push(...floods(world, chat), ...announcedTwice(world, chat));
    const ends = endings(world, chat);
    const of = (title: string) => ends.filter((text) => text.startsWith(`${title}\n`)).length;
    // One /cancel ends one turn, or none. So it excuses no other that ended badly.
    const off = calledOff(world, chat, all);
    const cancelled = of("Cancelled") + off;
    if (cancelled > (cancels.get(chat) ?? 0)) problems.push(`${cancelled} cancelled in ${chat}`);
    // Only what runs is interrupted. What waits behind it has to run.
    const interrupted = of("Interrupted");
    if (interrupted > kills) problems.push(`${interrupted} interrupted in ${chat}, ${kills} kills`);
    let mayMiss = cancelled + unclear;
    const answers = ends.filter((text) => text.startsWith("Done\n")).map(withoutReplies);
    if (all.length !== ends.length + off + taken) {
      const others = `${off} called off, ${taken} answers`;
      problems.push(`${all.length} prompts, ${ends.length} ends, ${others} in ${chat}`);
    }
    for (const text of world.shown(chat)) {
      if (/^(Working…|Queued|Waiting for you)/.test(text)) problems.push(`stuck: ${text}`);
    }
    for (const { word, at, messageId } of all) {
      const shown = answers.filter((text) => text.includes(word)).length;
      const runs = world.modelRuns(word);
      const commands = ran.split("\n").filter((line) => line.split(" ")[0] === word).length;
      const told = `${word} (model ${runs}, command ${commands}, answers ${shown})`;
      if (runs > 1 || commands > 1 || shown > 1) problems.push(`double: ${told}`);
      if (shown > 0 && runs === 0) problems.push(`answered without a run: ${told}`);
      const isAnswer = given.has(messageId);
      if (isAnswer && runs > 0) problems.push(`both an answer and a prompt: ${told}`);
      const isExcused = shown > 0 || isAnswer || at <= killedAt + DYING_MS;
      if (!isExcused && mayMiss-- <= 0) problems.push(`lost: ${told}`);
      if (shown > 0) done++;
    }
  }
  problems.push(...await leftInStore(world), ...await orphans(world));
  const prompts = said.filter(({ isCommand }) => !isCommand).length;
  return { done, interrupted: prompts - done, problems };
}

/** Commands that were answered never, or twice. */
function unansweredCommands(world: World, chat: string, messages: readonly Said[]): string[] {
  const asked = messages.filter(({ isCommand }) => isCommand).length;
  const answers = world.shown(chat).filter((text) => text.includes("/resume <n>")).length;
  return asked === answers ? [] : [`${asked} times /help and ${answers} answers in ${chat}`];
}

/** More messages of the bot in a chat than what people wrote there can have caused. */
function floods(world: World, chat: string): string[] {
  const all = world.twin.messages(chat);
  const own = world.twin.botMessages(chat).length;
  const most = (all.length - own) * MOST_PER_MESSAGE + MOST_OTHERS;
  return own <= most ? [] : [`flood: ${own} messages of the bot in ${chat}`];
}

/** Turns whose end a message of its own has announced more than once. */
function announcedTwice(world: World, chat: string): string[] {
  const pings = world.twin.botMessages(chat).filter((one) =>
    /^(@\S+ )?[✅⚠❌]/u.test(world.twin.plain(one))
  );
  const quoted = Map.groupBy(pings, ({ replyTo = "" }) => replyTo);
  return [...quoted].filter(([card, { length }]) => card !== "" && length > 1)
    .map(([card]) => `announced twice: ${card} in ${chat}`);
}

async function leftInStore(world: World): Promise<string[]> {
  const { store } = await openStore(world.stateDir);
  // An ended turn that may be continued stays until the next one, for its buttons.
  const rows = (await store.rows()).filter(({ shown, again }) => !(shown && again));
  const schedules = await store.schedules.list();
  const left = [...await store.inbox(), ...await store.turns(), ...rows, ...schedules];
  await store[Symbol.asyncDispose]();
  // The bridge was stopped when its last word, the answer to `/status`, was seen, not yet struck off.
  return left.map((one) => JSON.stringify(one)).filter((text) => !text.includes("Undelivered: 0"))
    .map((text) => `left in the store: ${text}`);
}

/** Processes that still work in the project's directory, a moment after the end. */
async function orphans(world: World): Promise<string[]> {
  const look = async () => {
    const found: string[] = [];
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const cwd = await Deno.readLink(`/proc/${name}/cwd`).catch(() => "");
      if (cwd === world.project) found.push(name);
    }
    return found;
  };
  const vanish = async () => {
    while ((await look()).length > 0) await delay(50);
    return [];
  };
  return await deadline(vanish(), 5_000).catch(async () =>
    Promise.all(
      (await look()).map(async (pid) =>
        `orphan ${pid}: ${
          (await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "")).replaceAll("\0", " ")
        }`
      ),
    )
  );
}
