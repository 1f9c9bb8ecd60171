import { delay } from "@std/async";
import { join } from "@std/path";
import { type Bridge, World } from "../whole/harness.ts";
import { type Action, type Fault, schedule, type ScheduleOptions } from "./schedule.ts";
import { endings, type Said, type Verdict, verdict } from "./verdict.ts";

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
const SIZE: ScheduleOptions = { ms: 14_000, chats: 5, prompts: 24, faults: 16 };

/** Milliseconds in which everything must come to rest after the last fault. */
const REST_MS = 90_000;
const HOUR_MS = 3_600_000;

/**
 * Many conversations against the real opencode, and at random moments everything that can go wrong.
 * When the seed's schedule is over and all is at rest, it is counted what became of each prompt.
 */
export async function chaos(seed: number): Promise<ChaosReport> {
  await using world = await World.create({ ladderMs: [700, 1_500, ...Array(40).fill(3_000)] });
  return await new Run(seed, world).play(schedule(seed, SIZE));
}

class Run {
  readonly #seed: number;
  readonly #world: World;
  readonly #people: readonly { readonly user: string; readonly chat: string }[];
  readonly #said: Said[] = [];
  readonly #faults = new Map<Fault, number>();
  readonly #story: string[] = [];
  readonly #bridges: Bridge[] = [];
  /** The one that runs, unless it was just killed. */
  #bridge: Bridge | undefined;
  #opencodeKilledAt = -1;
  #began = performance.now();

  constructor(seed: number, world: World) {
    this.#seed = seed;
    this.#world = world;
    this.#people = Array.from({ length: SIZE.chats }, (_, i) => {
      const user = world.twin.addUser(`person ${i}`).openId;
      return { user, chat: world.twin.directChat(user).id };
    });
  }

  async play(actions: readonly Action[]): Promise<ChaosReport> {
    this.#start();
    await this.#bridge?.line(/bridge ready/);
    this.#began = performance.now();
    for (const action of actions) {
      await delay(Math.max(0, action.at - this.#now()));
      if (action.kind === "say") this.#say(action);
      else if (action.kind === "fault") {
        this.#note(`${action.fault} (${action.size.toFixed(2)})`);
        const hit = await this.#fault(action.fault, action.size);
        if (hit === false) this.#note("it hit nothing");
        else this.#faults.set(action.fault, (this.#faults.get(action.fault) ?? 0) + 1);
      } else this.#end(action.fault);
    }
    this.#world.twin.faults.clear();
    this.#start();
    this.#note("no more faults");
    const stuck = await this.#rest().then(() => [], (error) => [`no rest: ${error.message}`]);
    await this.#bridge?.kill("SIGTERM");
    const found = await verdict(this.#world, this.#said, this.#opencodeKilledAt);
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
    this.#bridge = this.#world.spawn(["--log-level", "debug"], { FEISHU_ALLOWED_USERS: "*" });
    this.#bridges.push(this.#bridge);
    this.#note(`bridge started, process ${this.#bridge.pid}`);
  }

  #say({ chat: index, prompt, size }: Action & { kind: "say" }): void {
    const person = this.#people[index];
    if (person === undefined) throw new Error(`there is no chat ${index}`);
    const { user, chat } = person;
    const word = `word-${this.#seed}-${String(this.#said.length).padStart(3, "0")}`;
    const text = {
      say: `[[say ${word}]]`,
      late: `[[say ${word}]]`,
      slow: `[[slow ${Math.ceil(size * 30)} 100]] [[say ${word}]]`,
      tool: `[[bash echo ${word} >> runs; sleep ${(size * 2).toFixed(1)}]] [[say ${word}]]`,
      todo: `[[todo]] [[say ${word}]]`,
    }[prompt];
    const createdAt = this.#world.twin.clock.now() - (prompt === "late" ? HOUR_MS : 0);
    const messageId = this.#world.twin.say({ text, user, createdAt });
    this.#said.push({ word, chat, messageId, at: this.#now() });
    this.#note(`${chat}: ${text}${prompt === "late" ? " (late)" : ""} as ${messageId}`);
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
        const again = this.#said[Math.floor(size * this.#said.length)];
        if (again === undefined) return false;
        return this.#world.twin.redeliver(again.messageId);
      }
      case "token revoked":
        return faults.revokeToken();
    }
  }

  #end(fault: Fault): void {
    const { faults } = this.#world.twin;
    if (fault === "bridge killed") this.#start();
    if (fault === "connection half-open") faults.halfOpen(false);
    if (fault === "answers late") faults.delay(0);
  }

  /** Kills the server with its guard, or the guard alone. */
  async #killOpencode(whole: boolean): Promise<false | void> {
    const file = join(this.#world.stateDir, "opencode.json");
    const text = await Deno.readTextFile(file).catch(() => "");
    const { pid } = JSON.parse(text || "{}");
    // The id may be another process by now.
    const cwd = await Deno.readLink(`/proc/${pid}/cwd`).catch(() => "");
    if (cwd !== this.#world.project) return false;
    this.#opencodeKilledAt = this.#now();
    this.#opencodeKilledAt = this.#now();
    Deno.kill(whole ? -pid : pid, "SIGKILL");
  }

  /** Lets late messages run, and waits until every prompt has its end and nothing is on its way. */
  async #rest(): Promise<void> {
    const { twin } = this.#world;
    const until = performance.now() + REST_MS;
    for (const { user, chat } of this.#people) {
      const prompts = this.#said.filter((said) => said.chat === chat).length;
      const clicked = new Set<string>();
      await twin.until(() => {
        for (const { id } of twin.botMessages(chat)) {
          const open = twin.buttons(id).some(({ label, disabled }) => label === "Run" && !disabled);
          if (!open || clicked.has(id)) continue;
          clicked.add(id);
          twin.click({ messageId: id, label: "Run", user }).finally(() => clicked.delete(id));
        }
        return endings(this.#world, chat).length >= prompts;
      }, { timeoutMs: Math.max(1_000, until - performance.now()), what: `the ends in ${chat}` });
    }
    for (const { user, chat } of this.#people) await this.#calm(user, chat, until);
  }

  /** Waits until `/status` says that nothing runs, waits, or is undelivered. */
  async #calm(user: string, chat: string, until: number): Promise<void> {
    for (;;) {
      const before = this.#world.shown(chat).length;
      this.#world.twin.say({ text: "/status", user });
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
