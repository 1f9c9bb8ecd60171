import type { Played } from "./against_scene.ts";
import { round } from "./figure.ts";
import { grid } from "./table.ts";

type Row = readonly [string, (played: Played) => string];

const ROWS: readonly Row[] = [
  ["process start → long connection up", ({ startMs, starts }) => of(startMs, starts)],
  ["message → first sign, also a mark", ({ firstSignMs }) => milliseconds(firstSignMs)],
  ["message → first message of the bot", ({ firstMessageMs }) => milliseconds(firstMessageMs)],
  ["model token → visible, median", ({ visibleP50Ms }) => milliseconds(visibleP50Ms)],
  ["model token → visible, p95", ({ visibleP95Ms }) => milliseconds(visibleP95Ms)],
  ["steps in which the answer grew", ({ steps }) => stepsOf(steps)],
  ["last token → whole answer visible", ({ finalMs }) => milliseconds(finalMs)],
  ["Feishu calls of that turn", ({ calls }) => amount(calls)],
  ["memory, idle", ({ idleMb }) => amount(idleMb, " MB")],
  ["memory, after 12 turns", ({ laterMb }) => amount(laterMb, " MB")],
  ["quick turns that showed their whole answer, of 10", ({ quickWhole }) => amount(quickWhole)],
  ["model runs for one event that came 3 times", ({ modelRuns }) => amount(modelRuns)],
  [
    "503 for 20 s around the end: the answer",
    ({ afterOutageMs: ms }) =>
      ms === null ? "never came" : ms === undefined ? "–" : `came ${milliseconds(ms)} after it`,
  ],
];

const ABOUT = `\
One direct chat, the twin, a scripted model; the timed turn has 40 tokens, 250 ms apart. All run in a place
of their own whose only network is loopback, where open.feishu.cn is the twin behind TLS: none is changed in
any way. The twin answers within some milliseconds: the times are what a bridge adds to Feishu's own. All
have the scopes of CardKit. "never" means not within 60 s after the last token, or after the outage. Starts
are medians (the first one is not counted), all else was played once. Memory is without the coding agent
that a bridge starts; what its processes share counts once. This bridge has its default settings, which
choose CardKit when it may and save calls; "lively" sets BRIDGE_CALLS=lively, and "patching"
BRIDGE_STREAM=patch, as without those scopes. openclaw 2026.4.26 has those that its documents show for a
direct chat with opencode by ACP, plus consent to every tool; its successors need a plugin for that which
npm here does not have. "streaming" is acp.stream.deliveryMode "live" with its smallest pieces
(maxChunkChars 50, coalesceIdleMs 50), and renderMode "card"; its pieces stand in the card without the
spaces between them, and all of the answer once more behind them. With the two plugins OpenClaw's own agent
answers, which is in its memory; "streaming" is their switch of that name, which @openclaw/feishu has on by
default (there "streaming" only adds renderMode "card"). qwen-code's agent is its own too, a process apart;
its answers always grow. What OpenClaw and qwen-code ask of the model besides the prompt is answered, and
what OpenClaw puts behind a prompt does not reach the model. Calls that only OpenClaw makes (its own ping,
names of people) get 404 from the twin. With openclaw-lark a quick turn can end without its text: one that
is over while its card is still being made is taken for stale, and its card never filled (isStaleCreate in
its streaming-card-controller.js). OpenClaw and qwen-code serve other chats too, of which nothing was
compared. Not compared, as npm here has them not: opencode-lark, opencode-feishu, opencode-lark-bridge,
lark-opencode-bridge, @neomei/opencode-feishu, opencode-plugin-feishu-bridge, lark-channel-bridge, botmux,
cc-connect, larkcoder, im-hub. Nor @openclaw-china/feishu, a plugin for OpenClaw of January 2026, which has
a channel of its own since.`;

/**
 * The comparison as a table with what it compares below it.
 *
 * @param about When and where it was played.
 * @param cut Why a column was not played to its end.
 */
export function againstTable(
  about: string,
  played: Readonly<Record<string, Played>>,
  cut: Readonly<Record<string, string>>,
): string {
  const rows = ROWS.map(([what, tell]) => [what, ...Object.values(played).map(tell)]);
  const why = Object.entries(cut).map(([name, reason]) =>
    `${name}, not played to its end: ${reason}`
  );
  return [about, grid([["", ...Object.keys(played)], ...rows]), ...why, ABOUT].join("\n\n");
}

function of(ms: number | undefined, times: number | undefined): string {
  return ms === undefined ? "–" : `${milliseconds(ms)}, median of ${times}`;
}

function stepsOf(steps: number | undefined): string {
  return steps === 1 ? "1: it came at once" : amount(steps);
}

function milliseconds(ms: number | null | undefined): string {
  return ms === null ? "never" : amount(ms, " ms", 0);
}

function amount(value: number | undefined, unit = "", digits?: number): string {
  if (value === undefined) return "–";
  return `${digits === undefined ? round(value) : value.toFixed(digits)}${unit}`;
}
