import { join } from "@std/path";

/**
 * Installs npm packages, each with its version, below a directory, without running their scripts.
 *
 * @param options More options for `npm install`.
 */
export async function npmInstall(
  dir: string,
  packages: readonly string[],
  options: readonly string[] = [],
): Promise<void> {
  await Deno.mkdir(dir, { recursive: true });
  await Deno.writeTextFile(join(dir, "package.json"), "{}");
  const { success, stderr } = await new Deno.Command("npm", {
    args: ["install", "--ignore-scripts", "--no-audit", ...options, ...packages],
    cwd: dir,
    signal: AbortSignal.timeout(600_000),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`npm cannot install it: ${new TextDecoder().decode(stderr)}`);
}
