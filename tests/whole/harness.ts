/** The program as a process, with the real opencode, the scripted model and the twin around it. */
import { deadline, delay } from "@std/async";
import { fromFileUrl, join } from "@std/path";
import { RUN_FLAGS } from "../../lib/cli/program.ts";
import { modelConfig } from "../../lib/demo/scripted_model/model_config.ts";
import { offlineEnv } from "../../lib/demo/scripted_model/offline_env.ts";
import {
  type ScriptedModel,
  startScriptedModel,
} from "../../lib/demo/scripted_model/scripted_model.ts";
import type { TwinMessage } from "../../lib/demo/feishu_twin/twin_message.ts";
import { startTwin, type Twin } from "../../lib/demo/feishu_twin/twin.ts";
import type { TwinOptions } from "../../lib/demo/feishu_twin/twin_options.ts";
import { KnownCommands } from "../../lib/opencode/server/known_commands.ts";
import { engineSettings, opencodeBinary } from "../opencode_binary.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
/** The binary to test in place of the sources, when there is one: see `deno task test:binary`. */
const BINARY = Deno.env.get("BRIDGE_BINARY");

/** A running program. */
export interface Bridge {
  readonly pid: number;
  /** What it has logged so far. */
  readonly lines: readonly string[];
  /** Waits for a line of the log. */
  line(pattern: RegExp): Promise<string>;
  /** Waits until as many lines of the log are like this. */
  lineTimes(pattern: RegExp, times: number): Promise<void>;
  /** Sends a signal and waits for the end. */
  kill(signal: Deno.Signal): Promise<Deno.CommandStatus>;
  readonly status: Promise<Deno.CommandStatus>;
}

/** Everything around the program; it lives in a scratch directory. */
export class World implements AsyncDisposable {
  readonly twin: Twin;
  readonly model: ScriptedModel;
  readonly dir: string;
  /** The directory in which the agent works. */
  readonly project: string;
  readonly stateDir: string;
  readonly #opencode: Readonly<Record<string, string>>;
  readonly #bridges: Bridge[] = [];

  private constructor(
    twin: Twin,
    model: ScriptedModel,
    dir: string,
    opencode: Readonly<Record<string, string>>,
  ) {
    this.twin = twin;
    this.model = model;
    this.dir = dir;
    this.project = join(dir, "project");
    this.stateDir = join(dir, "state");
    this.#opencode = opencode;
  }

  static async create(options: TwinOptions = {}): Promise<World> {
    const opencode = await opencodeBinary();
    const dir = await Deno.realPath(await Deno.makeTempDir({ prefix: "bridge-" }));
    await Deno.mkdir(join(dir, "project"));
    await forbidInstalls(join(dir, "home", ".config", "opencode"));
    await Deno.copyFile(join(ROOT, "deno.lock"), join(dir, "deno.lock"));
    // What an earlier start has learned: to ask opencode for it takes a second each time.
    const stateDir = join(dir, "state");
    await Deno.mkdir(stateDir, { mode: 0o700 });
    await new KnownCommands(stateDir).learn(opencode, 1);
    const env = { ...await offlineEnv(dir), ...engineSettings(), OPENCODE_CMD: opencode };
    return new World(await startTwin(options), startScriptedModel(), dir, env);
  }

  /** The program's environment, in which everybody may use the bot; what is `undefined` is left out. */
  env(extra: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
    const variables: Record<string, string | undefined> = {
      PATH: Deno.env.get("PATH"),
      HOME: join(this.dir, "home"),
      // Deno's own: where its cache is, and how it reaches its registries.
      DENO_DIR: Deno.env.get("DENO_DIR") ??
        join(Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/", ".cache"), "deno"),
      JSR_URL: Deno.env.get("JSR_URL"),
      NO_COLOR: "1",
      FEISHU_APP_ID: this.twin.app.id,
      FEISHU_APP_SECRET: this.twin.app.secret,
      FEISHU_DOMAIN: this.twin.url,
      FEISHU_ALLOWED_USERS: "*",
      ...this.#opencode,
      OPENCODE_CONFIG_CONTENT: JSON.stringify(modelConfig(this.model)),
      BRIDGE_STATE_DIR: this.stateDir,
      BRIDGE_EDIT_THROTTLE_S: "0.3",
      BRIDGE_LANG: "en",
      ...extra,
    };
    return Object.fromEntries(
      Object.entries(variables).filter((entry): entry is [string, string] =>
        entry[1] !== undefined
      ),
    );
  }

  /** Starts the program, or another with it inside, without waiting for anything. */
  spawn(
    args: readonly string[] = [],
    env: Readonly<Record<string, string | undefined>> = {},
    main: string = join(ROOT, "main.ts"),
  ): Bridge {
    const sources = [
      ...["run", `--lock=${join(this.dir, "deno.lock")}`, `--config=${join(ROOT, "deno.json")}`],
      ...RUN_FLAGS,
      main,
    ];
    const child = new Deno.Command(BINARY ? join(ROOT, BINARY) : Deno.execPath(), {
      args: BINARY ? [...args] : [...sources, ...args],
      cwd: this.project,
      clearEnv: true,
      env: this.env(env),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const bridge = follow(child);
    this.#bridges.push(bridge);
    return bridge;
  }

  /** Starts the program and waits until it is ready. */
  async start(
    args: readonly string[] = [],
    env: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Bridge> {
    const bridge = this.spawn(args, env);
    await bridge.line(/bridge ready, waiting for Feishu messages/);
    return bridge;
  }

  /** What the bot's messages in a chat show that were not recalled, oldest first. */
  shown(chat?: string): string[] {
    return this.twin.botMessages(chat).filter(({ recalled }) => !recalled)
      .map((message) => this.twin.plain(message));
  }

  /** Waits until one of the bot's messages shows this; resolves with the message. */
  async sees(pattern: RegExp, chat?: string, timeoutMs = 30_000): Promise<TwinMessage> {
    return await this.twin.until(
      () => this.twin.botMessages(chat).find((message) => pattern.test(this.twin.plain(message))),
      { timeoutMs },
    );
  }

  /** Waits until the agent has written something into a file of the project, and reads it. */
  async written(name: string): Promise<string> {
    const deadline = performance.now() + 30_000;
    for (;;) {
      const text = await Deno.readTextFile(join(this.project, name)).catch(() => "");
      if (text !== "") return text;
      if (performance.now() > deadline) throw new Error(`nobody wrote ${name}`);
      await delay(20);
    }
  }

  /** How often the model was asked to answer a message with this text, tool steps not counted. */
  modelRuns(text: string): number {
    return this.model.calls.filter((call) =>
      call.tools.length > 0 && call.step === 0 && call.user.includes(text)
    ).length;
  }

  /** The opencode server that the program started; its process id is its guard's and its group's. */
  async server(): Promise<
    { readonly url: string; readonly password: string; readonly pid: number }
  > {
    return JSON.parse(await Deno.readTextFile(join(this.stateDir, "opencode.json")));
  }

  /** What `/status` answers now. */
  async status(chat?: string, user: string = this.twin.user.openId): Promise<string> {
    const before = this.twin.botMessages(chat).length;
    const place = chat === undefined ? {} : { chat, mentionBot: true };
    this.twin.say({ text: "/status", user, ...place });
    return await this.twin.until(
      () =>
        this.twin.botMessages(chat).slice(before).map((message) => this.twin.plain(message))
          .find((text) => text.includes("Undelivered: ")),
      { timeoutMs: 30_000 },
    );
  }

  /** Waits until `/status` says that nothing runs, waits, or is undelivered. */
  async settled(chat?: string, user?: string): Promise<void> {
    const calm = /Turn: none[^]*Queue: 0[^]*Undelivered: 0/;
    const deadline = performance.now() + 60_000;
    for (let status = ""; !calm.test(status); status = await this.status(chat, user)) {
      if (performance.now() > deadline) throw new Error(`still busy:\n${status}`);
    }
  }

  /** Ends the programs that still run. */
  async stop(): Promise<void> {
    for (const bridge of this.#bridges) await bridge.kill("SIGTERM");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.twin.close();
    await this.model.close();
    await Deno.remove(this.dir, { recursive: true });
  }
}

/** With these files in place opencode does not install its plugin package at the first start. */
async function forbidInstalls(config: string): Promise<void> {
  const dependencies = { "@opencode-ai/plugin": "1.18.33" };
  await Deno.mkdir(join(config, "node_modules"), { recursive: true });
  await Deno.writeTextFile(join(config, "package.json"), JSON.stringify({ dependencies }));
  const lock = { lockfileVersion: 3, packages: { "": { dependencies } } };
  await Deno.writeTextFile(join(config, "package-lock.json"), JSON.stringify(lock));
}

function follow(child: Deno.ChildProcess): Bridge {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    let rest = "";
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts);
      waiting.forEach((look) => look());
    }
  };
  const ended = Promise.all([child.status, read(child.stdout), read(child.stderr)])
    .then(([status]) => {
      waiting.forEach((look) => look());
      return status;
    });
  let over = false;
  ended.then(() => over = true);
  const heard = (pattern: RegExp, times: number): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (why: string) => reject(new Error(`${why} ${pattern}:\n${lines.join("\n")}`));
    const timer = setTimeout(() => fail("no line in time like"), 60_000);
    const look = () => {
      if (lines.filter((line) => pattern.test(line)).length >= times) resolve();
      else if (over) fail("the program ended without a line like");
    };
    waiting.add(look);
    ended.then(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(look);
    });
  };
  return {
    pid: child.pid,
    lines,
    status: ended,
    line: async (pattern) => {
      await heard(pattern, 1);
      return lines.find((line) => pattern.test(line)) ?? "";
    },
    lineTimes: heard,
    kill: async (signal) => {
      try {
        child.kill(signal);
      } catch {
        // It has ended.
      }
      return await deadline(ended, 20_000);
    },
  };
}
