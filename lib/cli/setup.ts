import { join, resolve } from "@std/path";
import { existsSync } from "node:fs";
import type { Args } from "./args.ts";
import type { AppVariables } from "./app_variables.ts";
import { askCredentials } from "./ask_credentials.ts";
import { doctor } from "./doctor.ts";
import { setVariables } from "./env_file.ts";
import { registerApp } from "./register_app.ts";
import { loadSettings } from "./settings.ts";
import { print } from "./terminal.ts";

/** `setup`: creates the Feishu app, writes its credentials into the env file, and runs `doctor`. */
export async function setup(args: Args): Promise<number> {
  const envFile = args.envFile && resolve(args.envFile);
  // The variables that setup will write may be wrong or missing now.
  const blank = { FEISHU_APP_ID: "", FEISHU_APP_SECRET: "", FEISHU_ALLOWED_USERS: "" };
  const { config, texts } = await loadSettings({
    ...args,
    envFile: envFile && existsSync(envFile) ? envFile : undefined,
    overrides: { ...args.overrides, ...blank },
  }, { required: false });
  const variables: AppVariables = args.flags.includes("manual")
    ? await askCredentials(config, texts)
    : await registerApp(config, texts);
  const file = envFile ?? await defaultEnvFile(config.stateDir);
  await setVariables(file, variables);
  print(texts.written(file));
  print(texts.publish(`${variables.FEISHU_DOMAIN}/app/${variables.FEISHU_APP_ID}/version`));
  return await doctor({ ...args, command: "doctor", flags: [] });
}

/** `./.env` when it names an app, because it overrides the other; else the one in the state directory. */
async function defaultEnvFile(stateDir: string): Promise<string> {
  const here = resolve(".env");
  const text = await Deno.readTextFile(here).catch(() => "");
  return /^\s*(export\s+)?FEISHU_APP_ID\s*=/m.test(text) ? here : join(stateDir, ".env");
}
