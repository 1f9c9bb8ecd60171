/** The part of `bench:against` that runs in a sealed place: it plays the scene, and prints the table. */
import { play, type Played } from "./against_scene.ts";
import { shipped } from "./bench_world.ts";
import { CONTENDERS } from "./contenders.ts";
import { round } from "./figure.ts";
import { machine } from "./machine.ts";
import { grid } from "./table.ts";

const ROWS: readonly (readonly [string, (played: Played) => string])[] = [
  ["process start → long connection up, median of 5", ({ startMs }) => milliseconds(startMs)],
  ["message → first sign, also a mark", ({ firstSignMs }) => milliseconds(firstSignMs)],
  ["message → first message of the bot", ({ firstMessageMs }) => milliseconds(firstMessageMs)],
  ["model token → visible, median", ({ visibleP50Ms }) => milliseconds(visibleP50Ms)],
  ["model token → visible, p95", ({ visibleP95Ms }) => milliseconds(visibleP95Ms)],
  ["steps in which the answer grew", ({ steps }) => String(steps)],
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
One direct chat, the twin, a scripted model; the timed turn has 40 tokens, 250 ms apart. All run in a place
of their own whose only network is loopback, where open.feishu.cn is the twin behind TLS: none is changed in
any way. The twin answers within some milliseconds: the times are what a bridge adds to Feishu's own. All
have the scopes of CardKit. "never" means not within 60 s after the last token, or 90 s after the outage.
Starts are medians, all else was played once. Memory is without the coding agent that a bridge starts.
This bridge has its default settings, which choose CardKit when it may and save calls; "lively" sets
BRIDGE_CALLS=lively, and "patching" BRIDGE_STREAM=patch, as without those scopes. openclaw 2026.4.26 has
those that its documents show for a direct chat with opencode by ACP, plus consent to every tool; its
successors need a plugin for that which npm here does not have. "streaming" is acp.stream.deliveryMode
"live" with its smallest pieces (maxChunkChars 50, coalesceIdleMs 50), and renderMode "card". With the two
plugins OpenClaw's own agent answers, which is in its memory; "streaming" is their switch of that name (and
renderMode "card" for its own). qwen-code's agent is its own too, a process apart; its answers always grow.
What OpenClaw and qwen-code ask of the model besides the prompt is answered, and what OpenClaw puts behind a
prompt does not reach the model. Calls that only OpenClaw makes (its own ping, names of people) get 404 from
the twin.
With openclaw-lark a quick turn can end without its text: one that is over while its card is still being
made is taken for stale, and its card never filled (isStaleCreate in its streaming-card-controller.js).
OpenClaw and qwen-code serve other chats too, of which nothing was compared. Not compared, as npm here has
them not: opencode-lark, opencode-feishu, opencode-lark-bridge, lark-opencode-bridge, @neomei/opencode-feishu,
opencode-plugin-feishu-bridge, lark-channel-bridge, botmux, cc-connect, larkcoder, im-hub. Nor
@openclaw-china/feishu, a plugin for OpenClaw of January 2026, which has a channel of its own since.`;

async function inside([scratch = "", ...args]: readonly string[]): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  const about = `${today}, ${await machine()}, this bridge from its ${await shipped()}`;
  const played: Record<string, Played> = {};
  for (const { name, start } of CONTENDERS) {
    if (!args.includes(name)) continue;
    const say = (line: string) => Deno.stderr.writeSync(encode(`${name}: ${line}\n`));
    try {
      played[name] = await play({ dir: scratch }, (world) => start(world, scratch), say);
    } catch (error) {
      // The others are worth their time all the same.
      say(`did not play to the end: ${error}`);
    }
  }
  const text = args.includes("--json")
    ? JSON.stringify({ machine: about, played }, null, 2)
    : `${about}\n\n${
      grid([
        ["", ...Object.keys(played)],
        ...ROWS.map(([what, tell]) => [what, ...Object.values(played).map(tell)]),
      ])
    }\n${ABOUT}`;
  await Deno.stdout.write(encode(`${text}\n`));
}

function milliseconds(ms: number): string {
  return Number.isFinite(ms) ? `${ms.toFixed(0)} ms` : "never";
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

if (import.meta.main) await inside(Deno.args);
