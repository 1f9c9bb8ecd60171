import { fromFileUrl, join } from "@std/path";
import { RUN_FLAGS } from "../../lib/cli/program.ts";
import type { World } from "../whole/harness.ts";
import { BINARY, shipped } from "./bench_world.ts";
import type { Peer } from "./peer.ts";
import { OPENCLAW } from "./peer_openclaw.ts";
import { OPENCLAW_FEISHU, OPENCLAW_LARK } from "./peer_openclaw_plugin.ts";
import { PeerProcess } from "./peer_process.ts";
import { QWEN } from "./peer_qwen.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** One column of the comparison. */
export interface Contender {
  readonly name: string;
  /** What must be installed for it. */
  readonly peer?: Peer;
  start(world: World, scratch: string): Promise<PeerProcess>;
}

/** All columns, this bridge first. */
export const CONTENDERS: readonly Contender[] = [
  { name: "this bridge", start: (world) => startOwn(world, {}) },
  { name: "this bridge, lively", start: (world) => startOwn(world, { BRIDGE_CALLS: "lively" }) },
  { name: "this bridge, patching", start: (world) => startOwn(world, { BRIDGE_STREAM: "patch" }) },
  ...both(OPENCLAW),
  ...both(OPENCLAW_FEISHU),
  ...both(OPENCLAW_LARK),
  column(QWEN, "", false),
];

/** Where a peer is installed. */
export function placeOf({ title }: Peer, scratch: string): string {
  return join(scratch, title.replaceAll(/[^\w.]+/g, "-"));
}

function both(peer: Peer): readonly Contender[] {
  return [column(peer, ", plain", false), column(peer, ", streaming", true)];
}

function column(peer: Peer, settings: string, streaming: boolean): Contender {
  return {
    name: peer.title + settings,
    peer,
    start: (world, scratch) => peer.start(world, placeOf(peer, scratch), streaming),
  };
}

/** This bridge with its default settings but what is given: the binary when it was built. */
async function startOwn(
  world: World,
  extra: Readonly<Record<string, string>>,
): Promise<PeerProcess> {
  const lock = join(world.dir, "deno.lock");
  const sources = ["run", `--lock=${lock}`, `--config=${join(ROOT, "deno.json")}`];
  const [command, args] = await shipped() === "binary"
    ? [BINARY, []]
    : [Deno.execPath(), [...sources, ...RUN_FLAGS, join(ROOT, "main.ts")]];
  const env = world.env({
    BRIDGE_EDIT_THROTTLE_S: undefined,
    FEISHU_DOMAIN: undefined,
    NODE_EXTRA_CA_CERTS: Deno.env.get("NODE_EXTRA_CA_CERTS"),
    ...extra,
  });
  return new PeerProcess(command, { args, cwd: world.project, env });
}
