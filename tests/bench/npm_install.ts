import { join } from "@std/path";

/** Installs npm packages, each with its version, below a directory, without running their scripts. */
export async function npmInstall(dir: string, packages: readonly string[]): Promise<void> {
  await Deno.mkdir(dir, { recursive: true });
  await Deno.writeTextFile(join(dir, "package.json"), "{}");
  const { success, stderr } = await new Deno.Command("npm", {
    args: ["install", "--ignore-scripts", "--no-audit", ...packages],
    cwd: dir,
    signal: AbortSignal.timeout(600_000),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`npm cannot install it: ${new TextDecoder().decode(stderr)}`);
}
