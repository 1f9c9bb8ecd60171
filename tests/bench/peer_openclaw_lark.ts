import { join } from "@std/path";
import { MODEL_NAME } from "../../lib/demo/scripted_model/model_config.ts";
import { freePort } from "../../lib/opencode/server/process.ts";
import type { World } from "../whole/harness.ts";
import { NODE, nodeBin } from "./node_package.ts";
import { npmInstall } from "./npm_install.ts";
import { PeerProcess } from "./peer_process.ts";
import { promptsLast } from "./prompts_last.ts";

const PLUGIN = "@larksuite/openclaw-lark";
const PLUGIN_VERSION = "2026.7.16";
/** The last stable release whose `openclaw/plugin-sdk` the plugin can load. */
const VERSION = "2026.7.35";

/**
 * OpenClaw with the official plugin for Feishu, both unchanged. The plugin cannot bind a chat to an agent of
 * ACP such as opencode, so OpenClaw's own agent answers, with the same model.
 */
export class OpenClawLark implements AsyncDisposable {
  static readonly title = `openclaw-lark ${PLUGIN_VERSION} on openclaw ${VERSION}`;
  readonly #dir: string;
  readonly #models: AsyncDisposable[] = [];

  private constructor(dir: string) {
    this.#dir = dir;
  }

  /** Installs both below `dir`. */
  static async install(dir: string): Promise<OpenClawLark> {
    await npmInstall(dir, [`${PLUGIN}@${PLUGIN_VERSION}`, `openclaw@${VERSION}`, NODE]);
    return new OpenClawLark(dir);
  }

  /**
   * Starts the gateway with the plugin for one person's direct chat.
   * @param streaming Sets the plugin's own switch for answers that grow in a card.
   */
  async start(world: World, streaming: boolean): Promise<PeerProcess> {
    const { project, dir } = world;
    const program = nodeBin(this.#dir);
    const env = world.env({
      PATH: `${program}:${Deno.env.get("PATH")}`,
      NODE_EXTRA_CA_CERTS: Deno.env.get("NODE_EXTRA_CA_CERTS"),
      TMPDIR: dir,
    });
    const model = promptsLast(world.model.url);
    this.#models.push(model);
    const home = join(dir, "home", ".openclaw");
    await Deno.mkdir(home, { recursive: true });
    const settings = this.#settings(world, model.url, streaming);
    await Deno.writeTextFile(join(home, "openclaw.json"), JSON.stringify(settings));
    const main = join(this.#dir, "node_modules/openclaw/openclaw.mjs");
    return new PeerProcess(join(program, "node"), {
      args: [main, "gateway", "run"],
      cwd: project,
      env,
    });
  }

  #settings({ twin, project, dir }: World, modelUrl: string, streaming: boolean) {
    const none = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
    const model = {
      ...{ id: MODEL_NAME, name: MODEL_NAME, reasoning: false, input: ["text"], cost: none },
      ...{ contextWindow: 200_000, maxTokens: 32_000 },
    };
    return {
      gateway: { mode: "local", port: freePort(), auth: { mode: "token", token: "bench" } },
      logging: { file: join(dir, "openclaw.log") },
      update: { checkOnStart: false },
      models: {
        providers: {
          scripted: {
            ...{ baseUrl: modelUrl, apiKey: "none", api: "openai-completions" },
            models: [model],
          },
        },
      },
      agents: {
        defaults: {
          ...{ model: { primary: `scripted/${MODEL_NAME}` }, workspace: project },
          skipBootstrap: true,
        },
      },
      channels: {
        feishu: {
          ...{ enabled: true, appId: twin.app.id, appSecret: twin.app.secret, domain: twin.url },
          ...{ dmPolicy: "allowlist", allowFrom: [twin.user.openId] },
          ...(streaming ? { streaming: true } : {}),
        },
      },
      plugins: {
        allow: ["openclaw-lark"],
        load: { paths: [join(this.#dir, "node_modules", PLUGIN)] },
        slots: { memory: "none" },
        entries: { "openclaw-lark": { enabled: true } },
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#models.map((model) => model[Symbol.asyncDispose]()));
  }
}
