/**
 * Plays one scene for this bridge and for other public ones that npm has, side by side:
 *
 *     deno task bench:against [part of a column's name…] [--json] [--scratch=DIRECTORY]
 *
 * It installs the others in a scratch directory without running their scripts, and then plays each column in
 * a sealed place of its own: no network but loopback, where `open.feishu.cn` is the stand-in. So no code of
 * theirs is changed, and none reaches anything else. A scratch directory that is given is kept, so that the
 * next run installs nothing. A column that fails leaves the others alone, and tells what it has measured and
 * why there is no more. Needs npm, and Linux on x86-64 with `unshare`, `ip` and `openssl`.
 */
import { fromFileUrl, join } from "@std/path";
import { tempDir } from "../helpers.ts";
import { opencodeBinary } from "../opencode_binary.ts";
import type { Played } from "./against_scene.ts";
import { againstTable } from "./against_table.ts";
import { shipped } from "./bench_world.ts";
import { CONTENDERS, placeOf } from "./contenders.ts";
import { machine } from "./machine.ts";
import type { Peer } from "./peer.ts";
import { makeSeal, runSealed } from "./sealed.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
/** What plays a column where it is sealed. */
const INSIDE = [
  ...[Deno.execPath(), "run", "-A", "--no-lock", "--no-config", join(ROOT, "tools/dev.ts")],
  ...["run", "-A", join(ROOT, "tests/bench/against_inside.ts")],
];
const SCRATCH = "--scratch=";
/** OpenClaw makes this directory at each start, and leaves it empty. */
const LEFT = "/tmp/openclaw";
/** Milliseconds that one column may take. */
const COLUMN_MS = 20 * 60_000;

async function against(args: readonly string[]): Promise<void> {
  const parts = args.filter((arg) => !arg.startsWith("-"));
  const chosen = CONTENDERS.filter(({ name }) =>
    parts.length === 0 || parts.some((part) => name.includes(part))
  );
  const kept = args.find((arg) => arg.startsWith(SCRATCH))?.slice(SCRATCH.length);
  if (kept !== undefined) await Deno.mkdir(kept, { recursive: true });
  await using made = kept === undefined ? await tempDir() : undefined;
  const scratch = await Deno.realPath(made?.path ?? kept ?? "");
  const today = new Date().toISOString().slice(0, 10);
  const about = `${today}, ${await machine()}, this bridge from its ${await shipped()}`;
  // Where it is not on the machine it is fetched now, as the sealed place cannot.
  await opencodeBinary();
  const seal = await makeSeal(scratch);
  const played: Record<string, Played> = {};
  const cut: Record<string, string> = {};
  for (const { name, peer } of chosen) {
    const from = performance.now();
    const dir = await Deno.makeTempDir({ dir: scratch, prefix: "column-" });
    try {
      if (peer !== undefined) await installOnce(peer, scratch);
      const code = await runSealed(seal, [...INSIDE, scratch, name, dir], COLUMN_MS);
      if (code !== 0) cut[name] = await read(dir, "why") ?? `It ended with code ${code}`;
    } catch (error) {
      // The others are worth their time all the same.
      cut[name] = String(error);
    }
    played[name] = JSON.parse(await read(dir, "played.json") ?? "{}");
    await Deno.remove(dir, { recursive: true });
    const seconds = Math.round((performance.now() - from) / 1000);
    say(`${name}: ${seconds} s, ${cut[name] ?? "to the end"}, ${JSON.stringify(played[name])}`);
  }
  // Somebody else's files keep it.
  await Deno.remove(LEFT).catch(() => {});
  const text = args.includes("--json")
    ? JSON.stringify({ machine: about, played, cut }, null, 2)
    : againstTable(about, played, cut);
  await Deno.stdout.write(encode(text));
}

/** Installs a peer where an earlier run has not. */
async function installOnce(peer: Peer, scratch: string): Promise<void> {
  const place = placeOf(peer, scratch);
  const mark = `${place}.installed`;
  if (await Deno.stat(mark).then(() => true, () => false)) return;
  say(`installing ${peer.title}`);
  await Deno.remove(place, { recursive: true }).catch(() => {});
  await peer.install(place);
  await Deno.writeTextFile(mark, "");
}

/** What a column has left in its directory; nothing when it came not so far. */
async function read(dir: string, name: string): Promise<string | undefined> {
  return await Deno.readTextFile(join(dir, name)).catch(() => undefined);
}

function say(line: string): void {
  Deno.stderr.writeSync(encode(line));
}

function encode(line: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${line}\n`);
}

if (import.meta.main) await against(Deno.args);
