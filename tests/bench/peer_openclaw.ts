import { join } from "@std/path";
import { freePort } from "../../lib/opencode/server/process.ts";
import type { World } from "../whole/harness.ts";
import { NODE, nodeBin } from "./node_package.ts";
import { npmInstall } from "./npm_install.ts";
import { PeerProcess } from "./peer_process.ts";

/** The last release whose one package holds both its Feishu channel and its way to opencode. */
const VERSION = "2026.4.26";
const ADDRESS_RULES = [
  // It takes another address than Feishu's own when that begins with https; the twin's begins with http.
  ["channel-D5d1aeJk.js", 'z.string().url().startsWith("https://")', 1],
  ["openclaw.plugin.json", '"pattern": "^https:', 2],
] as const;

/** It makes this directory at each start, and leaves it empty with the settings here. */
const LEFT = "/tmp/openclaw";

/** OpenClaw: a gateway from chats to agents, here from Feishu to opencode by ACP. */
export class OpenClaw implements AsyncDisposable {
  static readonly title = `openclaw ${VERSION}`;
  readonly #dir: string;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  /** Installs it below `dir`, and lets it accept the twin's address. */
  static async install(dir: string): Promise<OpenClaw> {
    await npmInstall(dir, [`openclaw@${VERSION}`, NODE]);
    for (const [name, text, times] of ADDRESS_RULES) {
      const path = join(dir, "node_modules/openclaw/dist/extensions/feishu", name);
      const parts = (await Deno.readTextFile(path)).split(text);
      if (parts.length !== times + 1) {
        throw new Error(`${name} of openclaw ${VERSION} has not ${times} times the text ${text}`);
      }
      await Deno.writeTextFile(path, parts.join(text.replace("https:", "http:")));
    }
    return new OpenClaw(dir);
  }

  /**
   * Starts its gateway with the settings that its documents show for a direct chat with opencode.
   * @param streaming Sets what its documents offer to stream the answer into a card.
   */
  async start(world: World, streaming: boolean): Promise<PeerProcess> {
    const { twin, project, dir } = world;
    const program = nodeBin(this.#dir);
    const env = world.env({
      PATH: `${program}:${Deno.env.get("PATH")}`,
      // It fetches parts of itself with npm at its first start.
      NODE_EXTRA_CA_CERTS: Deno.env.get("NODE_EXTRA_CA_CERTS"),
      OPENCLAW_PLUGIN_STAGE_DIR: join(this.#dir, "stage"),
      TMPDIR: dir,
    });
    const acp = { agent: "opencode", backend: "acpx", mode: "persistent", cwd: project };
    const peer = { kind: "direct", id: twin.user.openId };
    const settings = {
      gateway: { mode: "local", port: freePort(), auth: { mode: "token", token: "bench" } },
      logging: { file: join(dir, "openclaw.log") },
      update: { checkOnStart: false },
      agents: { list: [{ id: "opencode", default: true, runtime: { type: "acp", acp } }] },
      acp: {
        ...{ enabled: true, backend: "acpx", defaultAgent: "opencode" },
        allowedAgents: ["opencode"],
        ...(streaming ? { stream: { deliveryMode: "live" } } : {}),
      },
      bindings: [{
        type: "acp",
        agentId: "opencode",
        match: { channel: "feishu", accountId: "default", peer },
      }],
      channels: {
        feishu: {
          ...{ enabled: true, appId: twin.app.id, appSecret: twin.app.secret, domain: twin.url },
          ...{ dmPolicy: "allowlist", allowFrom: [twin.user.openId] },
          ...(streaming ? { renderMode: "card" } : {}),
        },
      },
      plugins: {
        allow: ["feishu", "acpx"],
        slots: { memory: "none" },
        entries: {
          acpx: {
            enabled: true,
            config: {
              cwd: project,
              permissionMode: "approve-all",
              agents: { opencode: { command: `${env.OPENCODE_CMD} acp` } },
            },
          },
        },
      },
    };
    const home = join(dir, "home", ".openclaw");
    await Deno.mkdir(home, { recursive: true });
    await Deno.writeTextFile(join(home, "openclaw.json"), JSON.stringify(settings));
    const main = join(this.#dir, "node_modules/openclaw/openclaw.mjs");
    return new PeerProcess(join(program, "node"), {
      args: [main, "gateway", "run"],
      cwd: project,
      env,
    });
  }
  async [Symbol.asyncDispose](): Promise<void> {
    // Somebody else's files keep it.
    await Deno.remove(LEFT).catch(() => {});
  }
}
