import { join } from "@std/path";
import { UsageError } from "../base/errors.ts";
import { usage } from "../texts/usage.ts";
import type { Args } from "./args.ts";
import type { AppVariables } from "./app_variables.ts";
import { askCredentials } from "./ask_credentials.ts";
import { doctor } from "./doctor.ts";
import { setVariables } from "./env_file.ts";
import { registerApp } from "./register_app.ts";
import { loadSettings } from "./settings.ts";
import { print } from "./terminal.ts";

/**
 * `setup`: creates the Feishu app, writes its credentials into the env file, and runs `doctor`, which proves
 * what was granted. With `--repair`, it adds what the app of the settings lacks instead.
 */
export async function setup(args: Args): Promise<number> {
  const isRepair = args.flags.includes("repair");
  if (isRepair && args.flags.includes("manual")) {
    throw new UsageError(usage.repairOrManual, { exitCode: 2 });
  }
  await (isRepair ? repair(args) : create(args));
  return await doctor({ ...args, command: "doctor", flags: [] });
}

/** Adds what the app of the settings lacks. */
async function repair(args: Args): Promise<void> {
  const { config, texts, envFile } = await loadSettings(args);
  const app = await registerApp(config, texts, config.appId);
  // The owner may have renewed it.
  if (app.FEISHU_APP_SECRET !== config.appSecret) {
    const file = envFile.path ?? join(config.stateDir, ".env");
    await setVariables(file, { FEISHU_APP_SECRET: app.FEISHU_APP_SECRET });
    print(texts.written(file));
  }
  print(texts.publish(`${config.domain}/app/${config.appId}/version`));
}

async function create(args: Args): Promise<void> {
  // The variables that setup will write may be wrong or missing now.
  const blank = { FEISHU_APP_ID: "", FEISHU_APP_SECRET: "", FEISHU_ALLOWED_USERS: "" };
  const { config, texts, envFile: found } = await loadSettings({
    ...args,
    overrides: { ...args.overrides, ...blank },
  }, { required: false, isNewFile: true });
  if (found.isProjects) {
    throw new UsageError(usage.setupInProject(found.path ?? ""), { exitCode: 2 });
  }
  const variables: AppVariables = args.flags.includes("manual")
    ? await askCredentials(config, texts)
    : await registerApp(config, texts);
  const file = found.path ?? join(config.stateDir, ".env");
  await setVariables(file, variables);
  print(texts.written(file));
  print(texts.publish(`${variables.FEISHU_DOMAIN}/app/${variables.FEISHU_APP_ID}/version`));
}
