import { fromFileUrl, join } from "@std/path";
import { RUN_FLAGS } from "../../lib/cli/program.ts";
import { opencodeBinary } from "../opencode_binary.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** A running `demo`. */
export interface Demo extends AsyncDisposable {
  readonly url: string;
}

/** Starts `demo` with the scripted model in a directory, which also has its state. */
export async function startDemo(
  dir: string,
  { language = "en", state = "state" } = {},
): Promise<Demo> {
  const lock = join(dir, "deno.lock");
  await Deno.copyFile(join(ROOT, "deno.lock"), lock);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", `--lock=${lock}`, `--config=${ROOT}deno.json`, ...RUN_FLAGS, `${ROOT}main.ts`]
      .concat(["demo", "--scripted"]),
    cwd: dir,
    env: {
      OPENCODE_CMD: await opencodeBinary(),
      BRIDGE_STATE_DIR: join(dir, state),
      BRIDGE_EDIT_THROTTLE_S: "0.3",
      BRIDGE_LANG: language,
    },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let output = "";
  const read = child.stdout.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write(text) {
        output += text;
        const url = /open (http:\S+)/.exec(output)?.[1];
        if (url !== undefined && output.includes("bridge ready")) resolve(url);
      },
      close: () => reject(new Error(`the demo ended:\n${output}`)),
    }),
  );
  promise.catch(() => {});
  const timer = setTimeout(() => reject(new Error(`no demo in time:\n${output}`)), 40_000);
  try {
    return {
      url: await promise,
      async [Symbol.asyncDispose]() {
        child.kill("SIGTERM");
        await Promise.all([child.status, read]);
      },
    };
  } finally {
    clearTimeout(timer);
  }
}
