/** What the commands say when the disk of the state directory is full. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { openStore } from "../../lib/store/open_store.ts";
import { lockStateDir } from "../../lib/store/state_dir.ts";
import { tempDir } from "../helpers.ts";
import { canMount, smallDisk } from "../whole/small_disk.ts";
import { runProgram } from "./run_program.ts";

Deno.test({
  name: "a full disk is one sentence, whatever the command met first",
  ignore: !await canMount(),
  fn: async () => {
    await using dir = await tempDir();
    const states: Record<string, (path: string) => Promise<unknown>> = {
      nothing: () => Promise.resolve(),
      lock: async (path) => (await lockStateDir(path))[Symbol.dispose](),
      log: async (path) => {
        (await lockStateDir(path))[Symbol.dispose]();
        await Deno.writeTextFile(join(path, "bridge.log"), "old\n");
      },
      empty: async (path) => {
        (await lockStateDir(path))[Symbol.dispose]();
        await Deno.writeTextFile(join(path, "state.db"), "");
      },
      store: async (path) => {
        using _ = await lockStateDir(path);
        await (await openStore(path)).store[Symbol.asyncDispose]();
      },
    };
    for (const [name, prepare] of Object.entries(states)) {
      await using disk = await smallDisk(join(dir.path, name), 1);
      const state = join(dir.path, name, "state");
      await prepare(state);
      await disk.fill();
      const run = (...args: string[]) =>
        runProgram([...args, "--state-dir", state], {
          cwd: dir.path,
          env: {
            FEISHU_APP_ID: "cli_0123456789abcdef",
            FEISHU_APP_SECRET: "s3cr3t",
            FEISHU_DOMAIN: "http://127.0.0.1:1",
            FEISHU_ALLOWED_USERS: "*",
            BRIDGE_LANG: "en",
            OPENCODE_URL: "http://127.0.0.1:1",
          },
        });
      for (const command of ["run", "start", "setup"]) {
        const { code, err } = await run(command);
        assertEquals(code, 1, `${name}: ${err}`);
        assertMatch(err, new RegExp(`The disk is full \\(0 MB free in ${state}\\)`), name);
        assert(!/I\/O error|without a word|os error/.test(err), `${name}: ${err}`);
      }
      const { out } = await run("doctor", "--offline");
      assertMatch(out, /^(✗ disk: 0 MB free → free up space|– disk: .*)$/m, name);
      assert(!/start the bridge to send/.test(out), `${name}: ${out}`);
    }
  },
});
