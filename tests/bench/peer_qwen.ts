import { join } from "@std/path";
import { MODEL_NAME } from "../../lib/demo/scripted_model/model_config.ts";
import { NODE, nodeBin } from "./node_package.ts";
import { npmInstall } from "./npm_install.ts";
import { type Peer, peerEnv } from "./peer.ts";
import { PeerProcess } from "./peer_process.ts";

const PACKAGE = "@qwen-code/qwen-code";
const VERSION = "0.24.4";

/** Qwen Code: a coding agent with a channel to Feishu, whose answers always grow in a card. */
export const QWEN: Peer = {
  title: `qwen-code ${VERSION}`,
  install: (dir) => npmInstall(dir, [`${PACKAGE}@${VERSION}`, NODE]),
  async start(world, dir) {
    const { twin, model, project } = world;
    const bin = nodeBin(dir);
    const home = join(world.dir, "home", ".qwen");
    await Deno.mkdir(home, { recursive: true });
    const channel = {
      type: "feishu",
      clientId: twin.app.id,
      clientSecret: twin.app.secret,
      cwd: project,
      senderPolicy: "allowlist",
      allowedUsers: [twin.user.openId],
      sessionScope: "user",
    };
    const settings = {
      security: { auth: { selectedType: "openai" } },
      model: { name: MODEL_NAME },
      general: { enableAutoUpdate: false },
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
      channels: { bench: channel },
    };
    await Deno.writeTextFile(join(home, "settings.json"), JSON.stringify(settings));
    const env = peerEnv(world, bin, {
      OPENAI_API_KEY: "none",
      OPENAI_BASE_URL: model.url,
      OPENAI_MODEL: MODEL_NAME,
    });
    const args = [join(dir, "node_modules", PACKAGE, "cli-entry.js"), "channel", "start", "bench"];
    return new PeerProcess(join(bin, "node"), { args, cwd: project, env });
  },
};
