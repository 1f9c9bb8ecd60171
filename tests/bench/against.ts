/**
 * Plays one scene for this bridge and for other public ones that npm has, side by side:
 *
 *     deno task bench:against [part of a column's name…] [--json]
 *
 * It installs the others in a scratch directory without running their scripts, and then plays in a sealed
 * place: no network but loopback, where `open.feishu.cn` is the stand-in. So no code of theirs is changed,
 * and none reaches anything else. Needs npm, and Linux on x86-64 with `unshare`, `ip` and `openssl`.
 */
import { fromFileUrl, join } from "@std/path";
import { tempDir } from "../helpers.ts";
import { opencodeBinary } from "../opencode_binary.ts";
import { CONTENDERS, placeOf } from "./contenders.ts";
import { makeSeal, runSealed } from "./sealed.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
/** OpenClaw makes this directory at each start, and leaves it empty. */
const LEFT = "/tmp/openclaw";

async function against(args: readonly string[]): Promise<number> {
  const parts = args.filter((arg) => !arg.startsWith("-"));
  const chosen = CONTENDERS.filter(({ name }) =>
    parts.length === 0 || parts.some((part) => name.includes(part))
  );
  await using scratch = await tempDir();
  // Where it is not on the machine it is fetched now, as the sealed place cannot.
  await opencodeBinary();
  for (const peer of new Set(chosen.flatMap(({ peer }) => peer ?? []))) {
    say(`installing ${peer.title}`);
    await peer.install(placeOf(peer, scratch.path));
  }
  const seal = await makeSeal(scratch.path);
  const run = ["run", "-A", "--no-lock", "--no-config", join(ROOT, "tools/dev.ts"), "run", "-A"];
  const play = join(ROOT, "tests/bench/against_inside.ts");
  const names = chosen.map(({ name }) => name);
  const flags = args.filter((arg) => arg.startsWith("-"));
  try {
    const command = [Deno.execPath(), ...run, play, scratch.path, ...names, ...flags];
    return await runSealed(seal, command);
  } finally {
    // Somebody else's files keep it.
    await Deno.remove(LEFT).catch(() => {});
  }
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(await against(Deno.args));
