import { assert } from "@std/assert";
import { basename, fromFileUrl } from "@std/path";

type Define = (name: string, fn: () => void | Promise<void>) => void;

/** Set in the process that a file's tests have to themselves. */
const MARK = "TESTS_OF_ONE_FILE";

/**
 * Defines the tests of a file that changes the environment or the working directory. Files that are tested in
 * parallel are threads of one process, and share both, so these tests run in a process of their own.
 *
 * @param url The `import.meta.url` of the file.
 */
export function ownProcess(url: string): Define {
  if (Deno.env.get(MARK) === url) return Deno.test;
  const file = fromFileUrl(url);
  Deno.test(`${basename(file)} passes in a process of its own`, async () => {
    const [, minor = 0] = Deno.version.deno.split(".").map(Number);
    // Before Deno 2.8 the sanitizers are always on and have no options.
    const sanitizers = minor < 8 ? [] : ["--sanitize-ops", "--sanitize-resources"];
    const config = fromFileUrl(new URL("../deno.json", import.meta.url));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-lock", "--no-check", `--config=${config}`, ...sanitizers, file],
      env: { [MARK]: url, NO_COLOR: "1" },
      cwd: fromFileUrl(new URL("..", import.meta.url)),
      signal: AbortSignal.timeout(300_000),
    }).output();
    const text = new TextDecoder();
    const said = `${text.decode(stdout)}${text.decode(stderr)}`;
    assert(success && /\d+ passed/.test(said), said);
  });
  return () => {};
}
