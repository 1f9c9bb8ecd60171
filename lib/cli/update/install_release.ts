import { dirname, join, relative } from "@std/path";
import { describe, UsageError } from "../../base/errors.ts";
import { readBounded } from "../../base/network/read_bounded.ts";
import { summaryLine } from "../../base/text.ts";
import { fullDisk } from "../../store/full_disk.ts";
import { updateEn as say } from "../../texts/update_en.ts";
import { NAME } from "../program.ts";
import { checkAttestation } from "./attestation.ts";
import { download } from "./download.ts";
import type { Asset, Release } from "./release.ts";
import { swapIn } from "./swap.ts";

/** What {@linkcode installRelease} needs besides the release. */
export interface InstallOptions {
  /** The file that is replaced. */
  readonly binary: string;
  /** The repository (`owner/name`) that gh is asked about; not set for releases of elsewhere. */
  readonly repository?: string | undefined;
  /** Whether nothing but https is followed. */
  readonly isSecure: boolean;
  /** Tells how it goes, a line at a time. */
  readonly tell: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** How long the new program may take to say its version, and tar to unpack it, in milliseconds. */
const RUN_MS = 60_000;
/** The most bytes of SHA256SUMS. */
const MAX_SUMS = 100_000;

/** The archive for this machine, without its ending, as uname would name it. */
export function archiveName({ os, arch }: Pick<typeof Deno.build, "os" | "arch"> = Deno.build) {
  return `${NAME}-${os === "darwin" ? "macos" : os}-${arch}`;
}

/**
 * Installs a release: what is not exactly what was released, or does not run here, changes nothing. The manual page
 * and completions are replaced where they are.
 *
 * @returns The file with the old binary.
 * @throws {UsageError} With why nothing was changed.
 */
export async function installRelease(release: Release, options: InstallOptions): Promise<string> {
  const { binary } = options;
  const dir = dirname(binary);
  // While it is held, no other update replaces the same file.
  const held = await Deno.open(binary);
  try {
    if (!await held.tryLock(true)) throw new UsageError(say.updateTwice);
    await sweep(dir);
    const work = await Deno.makeTempDir({ dir, prefix: WORK });
    try {
      return await install(release, work, options);
    } finally {
      await Deno.remove(work, { recursive: true }).catch(() => {});
    }
  } catch (error) {
    const told = error instanceof UsageError
      ? error
      : new UsageError(say.updateFailed(describe(error)));
    throw await fullDisk(dir, told);
  } finally {
    held.close();
  }
}

/** How the directories are called in which updates are prepared. */
const WORK = `.${NAME}.update-`;

/** Removes what killed updates left. */
async function sweep(dir: string): Promise<void> {
  for await (const { name } of Deno.readDir(dir)) {
    if (name.startsWith(WORK)) await Deno.remove(join(dir, name), { recursive: true });
  }
}

async function install(
  release: Release,
  work: string,
  { binary, repository, isSecure, tell, signal }: InstallOptions,
): Promise<string> {
  const { version } = release;
  const root = archiveName();
  const archive = asset(release, `${root}.tar.gz`);
  const sums = asset(release, "SHA256SUMS");
  tell(say.updating(version, `${(archive.size / 1024 ** 2).toFixed(0)} MB`));
  const options = { isSecure, ...(signal && { signal }) };
  const [sumsFile, file] = [join(work, "SHA256SUMS"), join(work, archive.name)];
  await download(sums, sumsFile, options);
  const wanted = sumOf(archive.name, await readText(sumsFile));
  const found = await download(archive, file, options);
  if (found !== wanted) throw new UsageError(say.wrongSum(archive.name, found, wanted));
  tell(say.sumRight);
  if (repository !== undefined) {
    const attestation = await checkAttestation(file, repository);
    if (attestation.is === "wrong") {
      throw new UsageError(say.wrongAttestation(archive.name, attestation.why));
    }
    tell(attestation.is === "right" ? say.attested : say.notAttested(attestation.why));
  }
  await unpack(file, work);
  const next = join(work, root, "bin", NAME);
  await checkRuns(next, version);
  // Another bridge of this program may have had it installed.
  const isSame = versionIn(await output(binary, ["--version"])) === version;
  const previous = await swapIn(next, binary, isSame);
  await replaceOthers(join(work, root), dirname(dirname(binary)));
  tell(say.updateInstalled(version, binary));
  return previous;
}

function asset({ version, assets }: Release, name: string): Asset {
  const found = assets.find((one) => one.name === name);
  if (found === undefined) throw new UsageError(say.noAsset(version, name));
  return found;
}

async function readText(path: string): Promise<string> {
  const bytes = await readBounded((await Deno.open(path)).readable, MAX_SUMS);
  return new TextDecoder().decode(bytes);
}

/** What SHA256SUMS says of a file. */
function sumOf(name: string, sums: string): string {
  for (const line of sums.split("\n")) {
    const [, sum = "", file] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line.trimEnd()) ?? [];
    if (file === name) return sum;
  }
  throw new UsageError(say.noSum(name));
}

async function unpack(archive: string, dir: string): Promise<void> {
  const { success, said } = await output("tar", ["-xzf", archive, "-C", dir]);
  if (!success) throw new UsageError(say.unpackFailed(archive.split("/").at(-1) ?? "", said));
}

/** Makes sure that the new program runs here, and is the version that it is said to be. */
async function checkRuns(file: string, version: string): Promise<void> {
  const ran = await output(file, ["--version"]);
  if (versionIn(ran) === version) return;
  throw new UsageError(say.newDoesNotRun(version, ran.said || say.saysNothing));
}

/** The version that a program says it is; `undefined` if it does not run. */
function versionIn({ success, said }: { success: boolean; said: string }): string | undefined {
  return success ? said.split(" ")[1] : undefined;
}

/** Runs a command; resolves with its output, or what it complained about. */
async function output(command: string, args: readonly string[]) {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      signal: AbortSignal.timeout(RUN_MS),
    }).output();
    const said = new TextDecoder().decode(success ? stdout : stderr);
    return { success, said: summaryLine(said, 200) };
  } catch (error) {
    return { success: false, said: describe(error) };
  }
}

/** Replaces what is beside the binary, such as the manual page, where an earlier version of it is. */
async function replaceOthers(from: string, prefix: string): Promise<void> {
  const replace = async (dir: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(dir)) {
      const file = join(dir, name);
      if (isDirectory) await replace(file);
      else {
        const to = join(prefix, relative(from, file));
        if (await Deno.lstat(to).then(({ isFile }) => isFile, () => false)) {
          await Deno.rename(file, to);
        }
      }
    }
  };
  // The program is in its place, whatever becomes of its papers.
  await replace(join(from, "share")).catch(() => {});
}
