import { deadline } from "@std/async";
import { join } from "@std/path";
import { offlineEnv } from "../lib/demo/scripted_model/offline_env.ts";
import { freePort } from "../lib/opencode/server/process.ts";
import { engineSettings, opencodeBinary } from "./opencode_binary.ts";

/** A real opencode server on scratch directories. */
export interface RealOpencode extends AsyncDisposable {
  readonly url: string;
  /** The directory in which the agent works. */
  readonly directory: string;
  readonly password: string;
  /** `GET` or `POST` with JSON in that directory. */
  request(method: string, path: string, body?: unknown): Promise<unknown>;
}

const plugin = { "@opencode-ai/plugin": "1.18.33" };

/** Starts `opencode serve` without network, home or user settings. */
export async function startOpencode(config: unknown): Promise<RealOpencode> {
  const root = await Deno.makeTempDir({ prefix: "twin-opencode-" });
  const directory = join(root, "work");
  const configDir = join(root, "config", "opencode");
  await Deno.mkdir(directory);
  // With these files in place opencode does not install its plugin package at the first start.
  await Deno.mkdir(join(configDir, "node_modules"), { recursive: true });
  await Deno.writeTextFile(
    join(configDir, "package.json"),
    JSON.stringify({ dependencies: plugin }),
  );
  await Deno.writeTextFile(
    join(configDir, "package-lock.json"),
    JSON.stringify({ lockfileVersion: 3, packages: { "": { dependencies: plugin } } }),
  );
  const password = crypto.randomUUID();
  const child = new Deno.Command(await opencodeBinary(), {
    args: ["serve", "--hostname", "127.0.0.1", "--port", String(freePort())],
    cwd: directory,
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
      HOME: root,
      XDG_CONFIG_HOME: join(root, "config"),
      XDG_DATA_HOME: join(root, "data"),
      XDG_STATE_HOME: join(root, "state"),
      XDG_CACHE_HOME: join(root, "cache"),
      ...await offlineEnv(root),
      ...engineSettings(),
      OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
      OPENCODE_SERVER_PASSWORD: password,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = watch(child.stdout);
  const url = await deadline(output.url, 30_000);
  return {
    url,
    directory,
    password,
    async request(method, path, body) {
      const answer = await fetch(`${url}${path}?directory=${encodeURIComponent(directory)}`, {
        method,
        headers: {
          authorization: `Basic ${btoa(`opencode:${password}`)}`,
          "content-type": "application/json",
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(60_000),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path} gave ${answer.status}: ${text}`);
      return text === "" ? undefined : JSON.parse(text);
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await Promise.all([child.status, output.end]);
      await Deno.remove(root, { recursive: true });
    },
  };
}

/** Reads the server's output to its end; `url` resolves when it says where it listens. */
function watch(output: ReadableStream<Uint8Array>): { url: Promise<string>; end: Promise<void> } {
  const { promise: url, resolve, reject } = Promise.withResolvers<string>();
  let text = "";
  const end = output.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write(chunk) {
        text += chunk;
        const found = /listening on (http:\/\/\S+)/.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      },
      close: () => reject(new Error(`opencode ended before it listened: ${text}`)),
    }),
  );
  return { url, end };
}
