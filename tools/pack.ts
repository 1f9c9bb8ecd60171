/**
 * Packs binaries for a release:
 *
 *     deno task pack [DIR]
 *
 * `DIR` (default: dist) holds binaries of `deno task build`, each as `feishu-opencode-bridge-TARGET`, or the one
 * for this machine as `feishu-opencode-bridge`. Into `DIR/release` go an archive for each, with the manual
 * page and completions, the script that installs it, the bill of materials, and `SHA256SUMS`; into `DIR/npm` the
 * packages for npm; and into `DIR/release-notes.md` what CHANGELOG.md says about this version. The same
 * binaries, sources and `SOURCE_DATE_EPOCH` (default: when the commit was made) give the same files.
 *
 * `GITHUB_REPOSITORY` (`owner/name`) says where the release will be.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { completionScript } from "../lib/cli/completion_script.ts";
import { manPage } from "./man_page.ts";
import { releaseNotes } from "./release_notes.ts";
import { sbomOfCheckout } from "./sbom.ts";
import { sourceDate } from "./source_date.ts";
import { type ArchiveFile, tarGz } from "./tar.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const NAME = "feishu-opencode-bridge";

/** The machines that there is a binary for, as uname names them, with npm's names. */
const TARGETS = {
  "linux-x86_64": { os: "linux", cpu: "x64", libc: ["glibc"] },
  "linux-aarch64": { os: "linux", cpu: "arm64", libc: ["glibc"] },
  "macos-x86_64": { os: "darwin", cpu: "x64" },
  "macos-aarch64": { os: "darwin", cpu: "arm64" },
} as const;
type Target = keyof typeof TARGETS;

const text = (path: string, content: string): ArchiveFile => ({
  path,
  bytes: new TextEncoder().encode(content),
  isExecutable: false,
});

/** The binaries of a directory, by target. */
async function findBinaries(dir: string): Promise<Map<Target, string>> {
  const found = new Map<Target, string>();
  const exists = (file: string) => Deno.stat(file).then(() => true, () => false);
  for (const target of Object.keys(TARGETS) as Target[]) {
    const file = join(dir, `${NAME}-${target}`);
    if (await exists(file)) found.set(target, file);
  }
  const { os, arch } = Deno.build;
  const own = `${os === "darwin" ? "macos" : "linux"}-${arch}` as Target;
  if (found.size === 0 && await exists(join(dir, NAME))) found.set(own, join(dir, NAME));
  if (found.size === 0) throw new Error(`There is no binary in ${dir}: run deno task build`);
  return found;
}

/** What is in an archive: a tree as it stands below `/usr/local` or `~/.local`. */
function archiveFiles(
  root: string,
  binary: Uint8Array,
  license: string,
  seconds: number,
): ArchiveFile[] {
  const script = (path: string, shell: "bash" | "zsh" | "fish") =>
    text(`${root}/share/${path}`, `${completionScript(shell)}\n`);
  return [
    { path: `${root}/bin/${NAME}`, bytes: binary, isExecutable: true },
    text(`${root}/share/doc/${NAME}/LICENSE`, license),
    text(`${root}/share/man/man1/${NAME}.1`, manPage(seconds)),
    script(`bash-completion/completions/${NAME}`, "bash"),
    script(`zsh/site-functions/_${NAME}`, "zsh"),
    script(`fish/vendor_completions.d/${NAME}.fish`, "fish"),
  ];
}

/** The fields that all packages for npm share. */
function npmFields(name: string, repository: string | undefined) {
  return {
    name,
    version: config.version,
    description: "Drives the opencode coding agent from a Feishu or Lark chat",
    license: config.license,
    ...repository !== undefined &&
      { repository: { type: "git", url: `git+https://github.com/${repository}.git` } },
  };
}

/** A package for npm, as `npm pack` would make it. */
async function npmPackage(
  fields: ReturnType<typeof npmFields> & object,
  files: readonly ArchiveFile[],
  seconds: number,
): Promise<Uint8Array> {
  const all = [text("package.json", `${JSON.stringify(fields, undefined, 2)}\n`), ...files];
  return await tarGz(all.map((file) => ({ ...file, path: `package/${file.path}` })), seconds);
}

/** Packs the binaries of a directory. */
export async function pack(dir: string): Promise<void> {
  const repository = Deno.env.get("GITHUB_REPOSITORY");
  const read = (path: string) => Deno.readTextFile(join(ROOT, path));
  const [seconds, license] = [await sourceDate(ROOT), await read("LICENSE")];
  const [release, npm] = [join(dir, "release"), join(dir, "npm")];
  for (const made of [release, npm]) {
    await Deno.remove(made, { recursive: true }).catch(() => {});
    await Deno.mkdir(made, { recursive: true });
  }
  const optionalDependencies: Record<string, string> = {};
  for (const [target, file] of await findBinaries(dir)) {
    const binary = await Deno.readFile(file);
    const root = `${NAME}-${target}`;
    const archive = await tarGz(archiveFiles(root, binary, license, seconds), seconds);
    await Deno.writeFile(join(release, `${root}.tar.gz`), archive);
    const { os, cpu, ...libc } = TARGETS[target];
    const name = `${NAME}-${os}-${cpu}`;
    optionalDependencies[name] = config.version;
    const fields = { ...npmFields(name, repository), os: [os], cpu: [cpu], ...libc };
    const files = [
      { path: `bin/${NAME}`, bytes: binary, isExecutable: true },
      text("LICENSE", license),
    ];
    const tarball = join(npm, `${name}-${config.version}.tgz`);
    await Deno.writeFile(tarball, await npmPackage(fields, files, seconds));
  }
  const fields = {
    ...npmFields(NAME, repository),
    type: "module",
    bin: { [NAME]: "run.js" },
    engines: { node: ">=18" },
    optionalDependencies,
  };
  const run = { ...text("run.js", await read("packaging/npm/run.js")), isExecutable: true };
  const withOwner = (content: string) =>
    content.replaceAll("OWNER/REPO", repository ?? "OWNER/REPO");
  const readme = text("README.md", withOwner(await read("README.md")));
  const files = [run, text("LICENSE", license), readme];
  const tarball = join(npm, `${NAME}-${config.version}.tgz`);
  await Deno.writeFile(tarball, await npmPackage(fields, files, seconds));

  const url = `https://github.com/${
    repository ?? "OWNER/REPO"
  }/releases/download/v${config.version}`;
  const script = withOwner(await read("packaging/install.sh")).replace("@RELEASE_URL@", url);
  await Deno.writeTextFile(join(release, "install.sh"), script, { mode: 0o755 });
  const sbom = `${JSON.stringify(await sbomOfCheckout(), undefined, 2)}\n`;
  await Deno.writeTextFile(join(release, `${NAME}.cdx.json`), sbom);
  await writeSums(release);
  const notes = releaseNotes(await read("CHANGELOG.md"), config.version);
  await Deno.writeTextFile(join(dir, "release-notes.md"), notes);
}

/** Writes the sums of all files of a directory beside them. */
async function writeSums(dir: string): Promise<void> {
  const lines: string[] = [];
  for await (const { name } of Deno.readDir(dir)) {
    const bytes = await Deno.readFile(join(dir, name));
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    lines.push(`${sum}  ${name}\n`);
  }
  await Deno.writeTextFile(join(dir, "SHA256SUMS"), lines.toSorted().join(""));
}

if (import.meta.main) await pack(Deno.args[0] ?? join(ROOT, "dist"));
