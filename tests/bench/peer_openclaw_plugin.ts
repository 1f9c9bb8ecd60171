import { join } from "@std/path";
import { MODEL_NAME } from "../../lib/demo/scripted_model/model_config.ts";
import { freePort } from "../../lib/opencode/server/process.ts";
import type { World } from "../whole/harness.ts";
import { NODE, nodeBin } from "./node_package.ts";
import { npmInstall } from "./npm_install.ts";
import { feishuChannel } from "./openclaw_channel.ts";
import { type Peer, peerEnv } from "./peer.ts";
import { PeerProcess } from "./peer_process.ts";
import { promptsLast } from "./prompts_last.ts";

/** A plugin of OpenClaw for Feishu. */
interface Plugin {
  readonly title: string;
  readonly name: string;
  readonly version: string;
  /** The name by which the settings know it. */
  readonly id: string;
  /** The release of OpenClaw to run it on. */
  readonly openclaw: string;
  /** It works only when OpenClaw itself has installed it, which its first start does from a cache. */
  readonly byOpenClaw: boolean;
  /** What of `channels.feishu` its documents offer to make an answer grow. */
  readonly streaming: Readonly<Record<string, unknown>>;
}

/** OpenClaw's own channel, which is a package of its own since May 2026. */
export const OPENCLAW_FEISHU: Peer = withPlugin({
  title: "@openclaw/feishu",
  name: "@openclaw/feishu",
  version: "2026.9.5",
  id: "feishu",
  openclaw: "2026.9.6",
  byOpenClaw: true,
  streaming: { streaming: { mode: "partial" }, renderMode: "card" },
});

/** The plugin by the makers of Feishu. */
export const OPENCLAW_LARK: Peer = withPlugin({
  title: "openclaw-lark",
  name: "@larksuite/openclaw-lark",
  version: "2026.7.16",
  id: "openclaw-lark",
  // The last stable release whose `openclaw/plugin-sdk` the plugin can load.
  openclaw: "2026.7.35",
  byOpenClaw: false,
  streaming: { streaming: true },
});

/** OpenClaw with a plugin; its own agent answers, with the scripted model. */
function withPlugin(plugin: Plugin): Peer {
  const spec = `${plugin.name}@${plugin.version}`;
  return {
    title: `${plugin.title} ${plugin.version} on openclaw ${plugin.openclaw}`,
    async install(dir) {
      const host = [`openclaw@${plugin.openclaw}`, NODE];
      await npmInstall(dir, plugin.byOpenClaw ? host : [spec, ...host]);
      if (!plugin.byOpenClaw) return;
      const options = ["--legacy-peer-deps", "--cache", join(dir, "cache")];
      await npmInstall(join(dir, "cached"), [spec], options);
    },
    async start(world, dir, streaming) {
      const bin = nodeBin(dir);
      const node = join(bin, "node");
      const main = join(dir, "node_modules/openclaw/openclaw.mjs");
      const env = peerEnv(world, bin, {});
      const home = join(world.dir, "home", ".openclaw");
      if (plugin.byOpenClaw) await installOnce(home, [node, main], `npm:${spec}`, dir, env);
      await Deno.mkdir(home, { recursive: true });
      const model = promptsLast(world.model.url);
      const own = settings(world, plugin, model.url, streaming);
      const load = { paths: [join(dir, "node_modules", plugin.name)] };
      const plugins = plugin.byOpenClaw ? own.plugins : { ...own.plugins, load };
      const text = JSON.stringify({ ...own, plugins });
      await Deno.writeTextFile(join(home, "openclaw.json"), text);
      const options = { args: [main, "gateway", "run"], cwd: world.project, env };
      return new PeerProcess(node, options, model);
    },
  };
}

/** Has OpenClaw install a plugin below `home` with npm, which finds it in the cache below `dir`. */
async function installOnce(
  home: string,
  [node, main]: readonly [string, string],
  spec: string,
  dir: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  if (await Deno.stat(join(home, "npm")).then(() => true, () => false)) return;
  const { success, stdout } = await new Deno.Command(node, {
    args: [main, "plugins", "install", spec, "--force", "--accept-capabilities"],
    clearEnv: true,
    env: { ...env, npm_config_cache: join(dir, "cache"), npm_config_offline: "true" },
    stdin: "null",
    stderr: "null",
  }).output();
  if (!success) throw new Error(`It cannot install ${spec}: ${new TextDecoder().decode(stdout)}`);
}

function settings(
  { twin, project, dir }: World,
  plugin: Plugin,
  modelUrl: string,
  streaming: boolean,
) {
  const none = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  const model = {
    id: MODEL_NAME,
    name: MODEL_NAME,
    reasoning: false,
    input: ["text"],
    cost: none,
    contextWindow: 200_000,
    maxTokens: 32_000,
  };
  return {
    gateway: { mode: "local", port: freePort(), auth: { mode: "token", token: "bench" } },
    logging: { file: join(dir, "openclaw.log") },
    update: { checkOnStart: false },
    models: {
      providers: {
        scripted: {
          baseUrl: modelUrl,
          apiKey: "none",
          api: "openai-completions",
          models: [model],
        },
      },
    },
    agents: {
      defaults: {
        model: { primary: `scripted/${MODEL_NAME}` },
        workspace: project,
        skipBootstrap: true,
      },
    },
    channels: {
      feishu: feishuChannel(twin, streaming ? plugin.streaming : {}),
    },
    plugins: {
      allow: [plugin.id],
      slots: { memory: "none" },
      entries: { [plugin.id]: { enabled: true } },
    },
  };
}
