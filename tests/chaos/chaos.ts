import { delay } from "@std/async";
import { fromFileUrl, join } from "@std/path";
import { modelConfig } from "../../lib/demo/scripted_model/model_config.ts";
import { type Bridge, World } from "../whole/harness.ts";
import { type Action, type Fault, schedule, type ScheduleOptions } from "./schedule.ts";
import {
  calledOff,
  endings,
  type Said,
  takenAsAnswers,
  unclearAnswers,
  type Verdict,
  verdict,
} from "./verdict.ts";

/** What became of a run. */
export interface ChaosReport extends Verdict {
  readonly seed: number;
  readonly prompts: number;
  /** How often each fault came. */
  readonly faults: ReadonlyMap<Fault, number>;
  readonly seconds: number;
  /** What happened, what the chats show and what the bridge logged, to find out why. */
  readonly story: string;
}

/** The size of a run that takes about half a minute. */
const SIZE: ScheduleOptions = { ms: 14_000, chats: 6, prompts: 28, faults: 18 };

/** Milliseconds in which everything must come to rest after the last fault. */
const REST_MS = 120_000;
/** Milliseconds after which somebody presses a button again that seems to have done nothing. */
const CLICK_MS = 5_000;
const HOUR_MS = 3_600_000;
/** How long the bridge is away at once. */
const DAYS_MS = 50 * HOUR_MS;
/** For so long Feishu delivers an event again that was not acknowledged. */
const REDELIVERY_MS = 6 * HOUR_MS;
const MAIN = fromFileUrl(import.meta.resolve("./chaos_main.ts"));
/** What makes opencode ask before `touch`. */
const PERMISSION = { bash: { "*": "allow", "touch *": "ask" } };
/** opencode's own commands. */
const COMMAND = {
  mark: { description: "Leaves a mark", template: "!`echo $1 >> runs; sleep 1` $ARGUMENTS" },
};

/**
 * Many conversations against the real opencode, and at random moments everything that can go wrong.
 * When the seed's schedule is over and all is at rest, it is counted what became of each prompt.
 */
export async function chaos(seed: number): Promise<ChaosReport> {
  await using world = await World.create({ ladderMs: [700, 1_500, ...Array(40).fill(3_000)] });
  return await new Run(seed, world).play(schedule(seed, SIZE));
}

/** Somebody who writes to the bot in one chat. */
interface Person {
  readonly user: string;
  readonly chat: string;
  readonly isGroup: boolean;
}

class Run {
  readonly #seed: number;
  readonly #world: World;
  readonly #people: readonly Person[];
  readonly #said: Said[] = [];
  readonly #faults = new Map<Fault, number>();
  readonly #story: string[] = [];
  readonly #bridges: Bridge[] = [];
  /** The one that runs, unless it was just killed. */
  #bridge: Bridge | undefined;
  #opencodeKilledAt = -1;
  #opencodeKills = 0;
  /** How often somebody asked for the end of a turn, by chat. */
  readonly #cancels = new Map<string, number>();
  /** The messages that came late. */
  readonly #late: Said[] = [];
  readonly #answered = new Set<string>();
  /** How many lines of each bridge were searched for answers. */
  readonly #linesRead = new Map<Bridge, number>();
  /** How far the clocks are ahead, in milliseconds. */
  #aheadMs = 0;
  #began = performance.now();

  constructor(seed: number, world: World) {
    this.#seed = seed;
    this.#world = world;
    this.#people = Array.from({ length: SIZE.chats }, (_, i) => {
      const user = world.twin.addUser(`person ${i}`).openId;
      // The last one writes in a group, where each message begins a topic.
      const isGroup = i === SIZE.chats - 1;
      const chat = isGroup
        ? world.twin.addGroup({ name: "team", members: [user], mode: "topic" })
        : world.twin.directChat(user);
      return { user, chat: chat.id, isGroup };
    });
  }

  async play(actions: readonly Action[]): Promise<ChaosReport> {
    this.#start();
    await this.#bridge?.line(/bridge ready/);
    // Nobody can ask Feishu for the messages of a chat in which the bot was never heard.
    await allOf(this.#people.map((person) => this.#calm(person, performance.now() + REST_MS)));
    this.#began = performance.now();
    for (const action of actions) {
      await delay(Math.max(0, action.at - this.#now()));
      if (action.kind === "say") this.#say(action);
      else if (action.kind === "cancel") this.#cancel(action.chat);
      else if (action.kind === "fault") {
        this.#note(`${action.fault} (${action.size.toFixed(2)})`);
        const hit = await this.#fault(action.fault, action.size);
        if (hit === false) this.#note("it hit nothing");
        else this.#faults.set(action.fault, (this.#faults.get(action.fault) ?? 0) + 1);
      } else await this.#end(action.fault);
    }
    this.#world.twin.faults.clear();
    await this.#end("store reads fail");
    await this.#end("opencode hangs");
    await this.#end("opencode refuses");
    this.#start();
    this.#note("no more faults");
    const stuck = await this.#rest().then(() => [], (error) => [`no rest: ${error.message}`]);
    await this.#bridge?.kill("SIGTERM");
    const found = await verdict(this.#world, this.#said, {
      killedAt: this.#opencodeKilledAt,
      kills: this.#opencodeKills,
      cancels: this.#cancels,
      answers: this.#answers,
    });
    const problems = [...stuck, ...found.problems];
    return {
      ...found,
      problems,
      seed: this.#seed,
      prompts: this.#said.length,
      faults: this.#faults,
      seconds: Math.round(this.#now() / 1000),
      story: problems.length === 0 ? "" : this.#tell(),
    };
  }

  #now(): number {
    return performance.now() - this.#began;
  }

  #note(what: string): void {
    this.#story.push(`${(this.#now() / 1000).toFixed(2)} s (${new Date().toISOString()}) ${what}`);
  }

  #start(): void {
    if (this.#bridge !== undefined) return;
    const config = { ...modelConfig(this.#world.model), permission: PERMISSION, command: COMMAND };
    const bridge = this.#world.spawn(["--log-level", "debug"], {
      FEISHU_ALLOWED_USERS: "*",
      OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
      CHAOS_AHEAD_MS: String(this.#aheadMs),
      CHAOS_NO_READS: this.#noReads,
      CHAOS_REFUSAL: this.#refusal,
    }, MAIN);
    this.#bridge = bridge;
    this.#bridges.push(bridge);
    this.#note(`bridge started, process ${bridge.pid}`);
    bridge.status.then(() => {
      // It cannot start while its store cannot be read.
      if (this.#bridge === bridge) this.#bridge = undefined;
    });
  }

  #say({ chat: index, prompt, size }: Action & { kind: "say" }): void {
    const person = this.#people[index];
    if (person === undefined) throw new Error(`there is no chat ${index}`);
    const { user, chat, isGroup } = person;
    const word = `word-${this.#seed}-${String(this.#said.length).padStart(3, "0")}`;
    const text = {
      say: `[[say ${word}]]`,
      late: `[[say ${word}]]`,
      slow: `[[slow ${Math.ceil(size * 30)} 100]] [[say ${word}]]`,
      tool: `[[bash echo ${word} >> runs; sleep ${(size * 2).toFixed(1)}]] [[say ${word}]]`,
      scheduled: `/at in ${Math.ceil(size * 6)} seconds: [[say ${word}]]`,
      mark: `/mark ${word} [[say ${word}]]`,
      todo: `[[todo]] [[say ${word}]]`,
      question: `[[question]] [[say ${word}]]`,
      permission: `[[bash touch ${word}]] [[say ${word}]]`,
      cancelled: `[[slow 150 100]] [[say ${word}]]`,
      command: "/help",
    }[prompt];
    const createdAt = this.#world.twin.clock.now() - (prompt === "late" ? HOUR_MS : 0);
    const place = isGroup ? { chat, mentionBot: true } : {};
    const messageId = this.#world.twin.say({ text, user, createdAt, ...place });
    const isCommand = prompt === "command";
    const said = { word, chat, messageId, at: this.#now(), isCommand };
    this.#said.push(said);
    if (prompt === "late") this.#late.push(said);
    this.#note(`${chat}: ${text}${prompt === "late" ? " (late)" : ""} as ${messageId}`);
  }

  #cancel(index: number): void {
    const person = this.#people[index];
    // In the group it would begin a topic of its own, where nothing runs.
    if (person === undefined || person.isGroup) return;
    const { user, chat } = person;
    this.#world.twin.say({ text: "/cancel", user });
    this.#cancels.set(chat, (this.#cancels.get(chat) ?? 0) + 1);
    this.#note(`${chat}: /cancel`);
  }

  /** The ids of the messages that were taken for answers. */
  get #answers(): ReadonlySet<string> {
    for (const bridge of this.#bridges) {
      const from = this.#linesRead.get(bridge) ?? 0;
      takenAsAnswers(bridge.lines.slice(from)).forEach((id) => this.#answered.add(id));
      this.#linesRead.set(bridge, bridge.lines.length);
    }
    return this.#answered;
  }

  /** While this file exists, the store of the bridge cannot be read. */
  get #noReads(): string {
    return join(this.#world.dir, "no-reads");
  }

  /** While this file exists, opencode refuses everything, with what the file says. */
  get #refusal(): string {
    return join(this.#world.dir, "refusal");
  }

  /** Resolves with `false` when there was nothing to hit. */
  async #fault(fault: Fault, size: number): Promise<false | void> {
    const { faults } = this.#world.twin;
    const times = 1 + Math.floor(size * 4);
    const match = /messages/;
    switch (fault) {
      case "bridge killed": {
        const bridge = this.#bridge;
        this.#bridge = undefined;
        if (bridge === undefined) return false;
        await bridge.kill("SIGKILL");
        return;
      }
      case "bridge away for days": {
        const bridge = this.#bridge;
        this.#bridge = undefined;
        if (bridge === undefined) return false;
        await bridge.kill(size < 0.5 ? "SIGKILL" : "SIGTERM");
        // What was asked before has expired.
        this.#noteKill();
        this.#aheadMs += DAYS_MS;
        this.#world.twin.clock.advance(DAYS_MS);
        return;
      }
      case "opencode hangs":
        return await this.#signalOpencode("SIGSTOP");
      case "opencode refuses": {
        const answers = ["html", "401", "500"];
        return await Deno.writeTextFile(this.#refusal, answers[Math.floor(size * 3)] ?? "500");
      }
      case "store reads fail":
        return await Deno.writeTextFile(this.#noReads, "");
      case "opencode killed":
        return await this.#killOpencode(size < 0.5);
      case "connection dropped":
        return faults.drop();
      case "connection reset":
        return faults.reset();
      case "connection half-open":
        return faults.halfOpen(true);
      case "Feishu answers 5xx":
        return faults.fail({ match, status: size < 0.5 ? 500 : 502, html: size > 0.8, times });
      case "Feishu answers 429":
        return faults.fail({ match, status: 429, retryAfterS: 1, times });
      case "answers lost":
        return faults.fail({ match, loseAnswer: true, times });
      case "answers late":
        return faults.delay(500);
      case "acknowledgements lost":
        return faults.loseAck(times);
      case "delivered again": {
        const { twin } = this.#world;
        const since = twin.clock.now() - REDELIVERY_MS;
        const recent = this.#said.filter(({ isCommand, messageId }) =>
          !isCommand && twin.message(messageId).createdAt > since
        );
        const again = recent.at(Math.floor(size * recent.length));
        if (again === undefined) return false;
        return twin.redeliver(again.messageId);
      }
      case "token revoked":
        return faults.revokeToken();
    }
  }

  async #end(fault: Fault): Promise<void> {
    const { faults } = this.#world.twin;
    if (fault === "bridge killed" || fault === "bridge away for days") this.#start();
    if (fault === "bridge away for days") this.#bringLate();
    if (fault === "opencode hangs") await this.#signalOpencode("SIGCONT");
    if (fault === "opencode refuses") {
      // What was asked before may have been told as failed.
      await Deno.remove(this.#refusal).then(() => this.#noteKill(), () => {});
    }
    if (fault === "store reads fail") {
      await Deno.remove(this.#noReads).catch(() => {});
      // As a service manager would.
      this.#start();
    }
    if (fault === "connection half-open") faults.halfOpen(false);
    if (fault === "answers late") faults.delay(0);
  }

  /**
   * Delivers the late messages that no bridge has heard. They are older than their place in the history, where a
   * real one would have been found.
   */
  #bringLate(): void {
    const lines = this.#bridges.flatMap((bridge) => bridge.lines);
    for (const { word, messageId } of this.#late) {
      if (!lines.some((line) => line.includes(word))) this.#world.twin.redeliver(messageId);
    }
  }

  #noteKill(): void {
    this.#opencodeKilledAt = this.#now();
    this.#opencodeKills++;
  }

  /** Kills the server with its guard, or the guard alone. */
  async #killOpencode(whole: boolean): Promise<false | void> {
    const pid = await this.#opencodePid();
    if (pid === undefined) return false;
    this.#noteKill();
    Deno.kill(whole ? -pid : pid, "SIGKILL");
  }

  /** Stops the server with its guard, or lets it go on. One that hangs for long is ended by the bridge. */
  async #signalOpencode(signal: "SIGSTOP" | "SIGCONT"): Promise<false | void> {
    const pid = await this.#opencodePid();
    if (pid === undefined) return false;
    if (signal === "SIGSTOP") this.#noteKill();
    else this.#opencodeKilledAt = this.#now();
    Deno.kill(-pid, signal);
  }

  /** The process group of the server, if it lives. */
  async #opencodePid(): Promise<number | undefined> {
    const file = join(this.#world.stateDir, "opencode.json");
    const text = await Deno.readTextFile(file).catch(() => "");
    const { pid } = JSON.parse(text || "{}");
    // The id may be another process by now.
    const cwd = await Deno.readLink(`/proc/${pid}/cwd`).catch(() => "");
    return cwd === this.#world.project ? pid : undefined;
  }

  /** Lets late messages run, and waits until every prompt has its end and nothing is on its way. */
  async #rest(): Promise<void> {
    const until = performance.now() + REST_MS;
    // All chats at once, as their people would: one that is stuck keeps nobody from answering elsewhere.
    await allOf(this.#people.map((person) => this.#ends(person, until)));
    await allOf(this.#people.map((person) => this.#calm(person, until)));
  }

  /** Presses what is asked in a chat until every prompt of it has its end. */
  async #ends({ user, chat }: Person, until: number): Promise<void> {
    const { twin } = this.#world;
    const prompts = this.#said.filter((said) => said.chat === chat && !said.isCommand);
    const clicked = new Set<string>();
    await twin.until(() => {
      for (const { id } of twin.botMessages(chat)) {
        const open = twin.buttons(id).find(({ label, disabled }) =>
          ["Run", "Red", "Once"].includes(label) && !disabled
        );
        if (open === undefined || clicked.has(id)) continue;
        clicked.add(id);
        // Nobody presses a button again before the card can have changed.
        twin.click({ messageId: id, label: open.label, user }).finally(() => delay(CLICK_MS))
          .finally(() => clicked.delete(id));
      }
      const answers = this.#answers;
      const taken = prompts.filter(({ messageId }) => answers.has(messageId)).length +
        unclearAnswers(this.#world, chat) + calledOff(this.#world, chat, prompts);
      return endings(this.#world, chat).length + taken >= prompts.length;
    }, { timeoutMs: Math.max(1_000, until - performance.now()), what: `the ends in ${chat}` });
  }

  /** Waits until `/status` says that nothing runs, waits, or is undelivered. */
  async #calm({ user, chat, isGroup }: Person, until: number): Promise<void> {
    for (;;) {
      const before = this.#world.shown(chat).length;
      this.#world.twin.say({ text: "/status", user, ...(isGroup && { chat, mentionBot: true }) });
      const status = await this.#world.twin.until(
        () => this.#world.shown(chat).slice(before).find((text) => text.includes("Undelivered: ")),
        { timeoutMs: 30_000, what: `the status in ${chat}` },
      );
      if (/Turn: none[^]*Queue: 0[^]*Undelivered: 0/.test(status)) return;
      if (performance.now() > until) throw new Error(`still busy in ${chat}:\n${status}`);
    }
  }

  #tell(): string {
    const chats = this.#people.map(({ chat }) =>
      [
        chat,
        ...this.#world.twin.messages(chat).map((message) => {
          const text = this.#world.twin.plain(message).replaceAll("\n", " ⏎ ");
          return `  ${message.sender.name}: ${text.slice(0, 300)} (${message.id})`;
        }),
      ].join("\n")
    );
    const logs = this.#bridges.map(({ pid, lines }) => [`bridge ${pid}`, ...lines].join("\n  "));
    return [...this.#story, ...chats, ...logs].join("\n");
  }
}

/** Waits for all of them; rejects with what all that failed have to say. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).filter(({ status }) => status === "rejected");
  if (failed.length > 0) {
    throw new Error(failed.map((one) => "reason" in one ? one.reason.message : "").join("\n"));
  }
}
