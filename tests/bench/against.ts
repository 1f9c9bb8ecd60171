/**
 * Plays one scene for this bridge and for other public ones that npm has, side by side:
 *
 *     deno task bench:against [part of a name…] [--json]
 *
 * It installs the others in a scratch directory, so it needs npm; and Linux on x86-64. What is
 * compared, and what is not, stands below the table.
 */
import { fromFileUrl, join } from "@std/path";
import { RUN_FLAGS } from "../../lib/cli/program.ts";
import { tempDir } from "../helpers.ts";
import type { World } from "../whole/harness.ts";
import { play, type Played } from "./against_scene.ts";
import { BINARY, shipped } from "./bench_world.ts";
import { round } from "./figure.ts";
import { machine } from "./machine.ts";
import { OpenClaw } from "./peer_openclaw.ts";
import { OpenClawLark } from "./peer_openclaw_lark.ts";
import { PeerProcess } from "./peer_process.ts";
import { grid } from "./table.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

const ROWS: readonly (readonly [string, (played: Played) => string])[] = [
  ["process start → long connection up, median of 5", ({ startMs }) => milliseconds(startMs)],
  ["message → first sign, also a mark", ({ firstSignMs }) => milliseconds(firstSignMs)],
  ["message → first message of the bot", ({ firstMessageMs }) => milliseconds(firstMessageMs)],
  ["model token → visible, median", ({ visibleP50Ms }) => milliseconds(visibleP50Ms)],
  ["model token → visible, p95", ({ visibleP95Ms }) => milliseconds(visibleP95Ms)],
  ["last token → whole answer visible", ({ finalMs }) => milliseconds(finalMs)],
  ["Feishu calls of that turn", ({ calls }) => String(calls)],
  ["memory, idle", ({ idleMb }) => `${round(idleMb)} MB`],
  ["memory, after 12 turns", ({ laterMb }) => `${round(laterMb)} MB`],
  ["model runs for one event that came 3 times", ({ modelRuns }) => String(modelRuns)],
  [
    "503 for 20 s around the end: the answer",
    ({ afterOutageMs }) =>
      afterOutageMs === undefined ? "never came" : `came ${milliseconds(afterOutageMs)} after it`,
  ],
];

const ABOUT = `
One direct chat, the twin, real opencode, a scripted model; the timed turn has 40 tokens, 250 ms apart.
Each bridge starts its own opencode, which is not in its memory. The twin answers within some
milliseconds: the times are what a bridge adds to Feishu's own. All have the scopes of CardKit.
"never" means not within 60 s after the last token, or 90 s after the outage. Starts are medians, all else was played once.
This bridge has its default settings, which choose CardKit when it may; "patching" sets
BRIDGE_STREAM=patch, as without those scopes. OpenClaw has those that its documents show for a direct chat
with opencode by ACP, plus consent to every tool; "streaming" adds acp.stream.deliveryMode "live"
and channels.feishu.renderMode "card"; even so it shows text by the sentence or in blocks of some
hundred letters, and the numbers of the timed turn have no sentence. Changed in it: the rule that its address of Feishu begins
with https. Calls that only OpenClaw makes (its own ping, names of people) get 404 from the twin.
openclaw-lark is the official plugin; it and its OpenClaw are unchanged. It does not bind a chat to an agent
of ACP, so OpenClaw's own agent answers there, which is in its memory, and opencode is not played;
"streaming" is the plugin's switch of that name. What OpenClaw puts behind a prompt does not reach the model.
There a quick turn can end without its text: one that is over while its card is still being made or sent is
taken for stale, and its card never filled (isStaleCreate in its streaming-card-controller.js).
OpenClaw serves many chats and agents, of which nothing else was compared. Bridges for Feishu and
opencode alone that cannot be fetched from npm here were not compared.`;

async function against(args: readonly string[]): Promise<number> {
  const about = await machine();
  const program = await shipped();
  await using scratch = await tempDir();
  await using after = new AsyncDisposableStack();
  const once = <T extends AsyncDisposable>(install: () => Promise<T>) => {
    let installed: Promise<T> | undefined;
    return () => installed ??= install().then((peer) => after.use(peer));
  };
  const openclaw = once(() => OpenClaw.install(join(scratch.path, "openclaw")));
  const plugin = once(() => OpenClawLark.install(join(scratch.path, "openclaw-lark")));
  const contenders: Record<string, (world: World) => Promise<PeerProcess>> = {
    [`this bridge (${program})`]: (world) => Promise.resolve(startOwn(world, program, {})),
    ["this bridge, patching"]: (world) =>
      Promise.resolve(startOwn(world, program, { BRIDGE_STREAM: "patch" })),
    [`${OpenClaw.title}, plain`]: async (world) => (await openclaw()).start(world, false),
    [`${OpenClaw.title}, streaming`]: async (world) => (await openclaw()).start(world, true),
    [`${OpenClawLark.title}, plain`]: async (world) => (await plugin()).start(world, false),
    [`${OpenClawLark.title}, streaming`]: async (world) => (await plugin()).start(world, true),
  };
  const played: Record<string, Played> = {};
  const wanted = args.filter((arg) => arg !== "--json");
  for (const [name, start] of Object.entries(contenders)) {
    if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
    played[name] = await play(start, (line) => say(`${name}: ${line}`));
  }
  const text = args.includes("--json")
    ? JSON.stringify({ machine: about, at: new Date().toISOString(), played }, null, 2)
    : `${about}\n\n${
      grid([
        ["", ...Object.keys(played)],
        ...ROWS.map(([what, tell]) => [what, ...Object.values(played).map(tell)]),
      ])
    }\n${ABOUT}`;
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
  return 0;
}

/** This bridge with its default settings but what is given. */
function startOwn(
  world: World,
  program: "binary" | "source",
  extra: Readonly<Record<string, string>>,
): PeerProcess {
  const lock = join(world.dir, "deno.lock");
  const sources = ["run", `--lock=${lock}`, `--config=${join(ROOT, "deno.json")}`];
  const [command, args] = program === "binary"
    ? [BINARY, []]
    : [Deno.execPath(), [...sources, ...RUN_FLAGS, join(ROOT, "main.ts")]];
  const env = world.env({ BRIDGE_EDIT_THROTTLE_S: undefined, ...extra });
  return new PeerProcess(command, { args, cwd: world.project, env });
}

function milliseconds(ms: number): string {
  return Number.isFinite(ms) ? `${ms.toFixed(0)} ms` : "never";
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(await against(Deno.args));
