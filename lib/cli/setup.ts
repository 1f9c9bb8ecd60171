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

/** `setup`: creates the Feishu app, writes its credentials into the env file, and runs `doctor`. */
export async function setup(args: Args): Promise<number> {
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
  return await doctor({ ...args, command: "doctor", flags: [] });
}
