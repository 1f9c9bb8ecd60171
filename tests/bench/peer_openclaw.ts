import { join } from "@std/path";
import { freePort } from "../../lib/opencode/server/process.ts";
import type { World } from "../whole/harness.ts";
import { NODE, nodeBin } from "./node_package.ts";
import { npmInstall } from "./npm_install.ts";
import { feishuChannel } from "./openclaw_channel.ts";
import { type Peer, peerEnv } from "./peer.ts";
import { PeerProcess } from "./peer_process.ts";

/** The last release whose one package holds both its Feishu channel and its way to opencode. */
const VERSION = "2026.4.26";
/** What those two need besides; it would fetch them with npm at its first start. */
const PARTS = [
  ...["@clack/prompts@^1.2.0", "@larksuiteoapi/node-sdk@^1.61.1", "acpx@0.6.1"],
  ...["commander@^14.0.3", "tslog@^4.10.2", "typebox@1.1.33", "ws@^8.20.0", "zod@^4.3.6"],
];

/** OpenClaw: a gateway from chats to agents, here from Feishu to opencode by ACP. */
export const OPENCLAW: Peer = {
  title: `openclaw ${VERSION}`,
  async install(dir) {
    await npmInstall(dir, [`openclaw@${VERSION}`, NODE]);
    await npmInstall(await partsDir(dir), PARTS);
  },
  async start(world, dir, streaming) {
    const bin = nodeBin(dir);
    const env = peerEnv(world, bin, { OPENCLAW_PLUGIN_STAGE_DIR: join(dir, "stage") });
    const home = join(world.dir, "home", ".openclaw");
    await Deno.mkdir(home, { recursive: true });
    const command = `${env.OPENCODE_CMD} acp`;
    const text = JSON.stringify(settings(world, command, streaming));
    await Deno.writeTextFile(join(home, "openclaw.json"), text);
    const args = [join(dir, "node_modules/openclaw/openclaw.mjs"), "gateway", "run"];
    return new PeerProcess(join(bin, "node"), { args, cwd: world.project, env });
  },
};

/** Where it looks for its parts: below a name made of its version and its own directory. */
async function partsDir(dir: string): Promise<string> {
  const own = new TextEncoder().encode(join(dir, "node_modules/openclaw"));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", own));
  return join(dir, "stage", `openclaw-${VERSION}-${digest.toHex().slice(0, 12)}`);
}

/** What its documents show for a direct chat with opencode. */
function settings({ twin, project, dir }: World, command: string, streaming: boolean) {
  const acp = { agent: "opencode", backend: "acpx", mode: "persistent", cwd: project };
  const peer = { kind: "direct", id: twin.user.openId };
  const permissionMode = "approve-all";
  return {
    gateway: { mode: "local", port: freePort(), auth: { mode: "token", token: "bench" } },
    logging: { file: join(dir, "openclaw.log") },
    update: { checkOnStart: false },
    agents: { list: [{ id: "opencode", default: true, runtime: { type: "acp", acp } }] },
    acp: {
      enabled: true,
      backend: "acpx",
      defaultAgent: "opencode",
      allowedAgents: ["opencode"],
      // The least that it takes: a piece of text is shown once it has 50 letters, or was idle.
      ...(streaming
        ? { stream: { deliveryMode: "live", maxChunkChars: 50, coalesceIdleMs: 50 } }
        : {}),
    },
    bindings: [{
      type: "acp",
      agentId: "opencode",
      match: { channel: "feishu", accountId: "default", peer },
    }],
    channels: {
      feishu: feishuChannel(twin, streaming ? { renderMode: "card" } : {}),
    },
    plugins: {
      allow: ["feishu", "acpx"],
      slots: { memory: "none" },
      entries: {
        acpx: {
          enabled: true,
          config: { cwd: project, permissionMode, agents: { opencode: { command } } },
        },
      },
    },
  };
}
