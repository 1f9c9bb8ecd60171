import { join } from "@std/path";
import { describe, isRetryable } from "../base/errors.ts";
import { knownSecrets } from "../base/secrets/known_secrets.ts";
import { NO_LOG } from "../base/log.ts";
import { replaceFile } from "../base/replace_file.ts";
import type { Config, Variables } from "../config.ts";
import { CALLBACKS, EVENTS } from "../feishu/connection/subscriptions.ts";
import { FeishuApi } from "../feishu/rest/api.ts";
import type { TerminalTexts } from "../texts/terminal_texts.ts";
import { usage } from "../texts/usage.ts";
import type { Args } from "./args.ts";
import type { AppVariables } from "./setup/app_variables.ts";
import { askCredentials } from "./setup/ask_credentials.ts";
import { doctor } from "./doctor.ts";
import { needWritable, readEnvFile, setVariables } from "./env_file.ts";
import { greetOwner } from "./setup/greet_owner.ts";
import { registerApp } from "./setup/register_app.ts";
import { findSettings, loadSettings } from "./settings.ts";
import { complain, print } from "./terminal.ts";
import { mistake } from "./mistake.ts";

/**
 * `setup`: creates the Feishu app, writes its credentials into the env file, and runs `doctor`, which proves
 * what was granted. With `--repair`, it adds what the app of the settings lacks instead.
 */
export async function setup(args: Args): Promise<number> {
  const isRepair = args.flags.includes("repair");
  if (isRepair && args.flags.includes("manual")) {
    throw mistake(usage.repairOrManual);
  }
  await (isRepair ? repair(args) : createApp(args));
  // Nobody can write to an app whose events are not subscribed yet.
  const flags = args.flags.filter((flag) => flag === "manual");
  const code = await doctor({ ...args, command: "doctor", flags });
  if (args.flags.includes("manual")) await sayNextSteps(args);
  return code;
}

/** Says what remains to be done by hand, in the order in which the console takes it. */
async function sayNextSteps(args: Args): Promise<void> {
  const { config: { domain, appId }, texts } = await findSettings(args, { required: false });
  const page = `${domain}/app/${appId}`;
  print(texts.nextSteps(page, EVENTS.join(", "), CALLBACKS.join(", ")));
}

/** Adds what the app of the settings lacks. */
async function repair(args: Args): Promise<void> {
  const { config, texts, envFile } = await loadSettings(args);
  const file = envFile.path ?? join(config.stateDir, ".env");
  await needWritable(file);
  const app = await registerApp(config, texts, config.appId);
  // The owner may have renewed it.
  if (app.FEISHU_APP_SECRET !== config.appSecret) {
    await setVariables(file, { FEISHU_APP_SECRET: app.FEISHU_APP_SECRET });
    print(texts.written(file));
  }
  print(texts.publish(`${config.domain}/app/${config.appId}/version`));
}

/**
 * Creates the Feishu app and writes its credentials into the env file. Its owner hears from the bot.
 *
 * @throws {UsageError} When a setting is a mistake, or Feishu does not create the app.
 */
export async function createApp(args: Args): Promise<void> {
  // The variables that setup will write may be wrong or missing now.
  const blank = { FEISHU_APP_ID: "", FEISHU_APP_SECRET: "", FEISHU_ALLOWED_USERS: "" };
  const { config, texts, envFile: found } = await loadSettings({
    ...args,
    overrides: { ...args.overrides, ...blank },
  }, { required: false, isNewFile: true });
  if (found.isProjects) {
    throw mistake(usage.setupInProject(found.path ?? ""));
  }
  const file = found.path ?? join(config.stateDir, ".env");
  // Before there is an app that nobody could use.
  await needWritable(file);
  const isManual = args.flags.includes("manual");
  const variables = isManual
    ? await manualVariables(config, texts, file)
    : await registerApp(config, texts);
  const backup = await keepBackup(file);
  await setVariables(file, variables);
  if (backup !== undefined) print(texts.backedUp(backup));
  print(texts.written(file));
  const isGreeted = !isManual && await greetOwner(variables, config);
  print(isGreeted ? texts.greeted : texts.botChat(chatLink(variables)));
  print(texts.publish(`${variables.FEISHU_DOMAIN}/app/${variables.FEISHU_APP_ID}/version`));
}

/** The link that opens a bot's chat in Feishu (page "Open a bot" of AppLink). */
function chatLink({ FEISHU_DOMAIN: domain, FEISHU_APP_ID: appId }: AppVariables): string {
  return `${domain.replace("//open.", "//applink.")}/client/bot/open?appId=${appId}`;
}

/**
 * What is typed by hand, once Feishu has taken it. A list of users that the file has is kept.
 *
 * @throws {UsageError} When Feishu refuses the app's id and secret.
 */
async function manualVariables(
  config: Config,
  texts: TerminalTexts,
  file: string,
): Promise<Variables> {
  const { FEISHU_ALLOWED_USERS: users, ...app } = await askCredentials(config, texts);
  await verify({ ...config, appId: app.FEISHU_APP_ID, appSecret: app.FEISHU_APP_SECRET }, texts);
  const { FEISHU_ALLOWED_USERS: before = "" } = await readEnvFile(file, false);
  if (before.trim() === "") return { ...app, FEISHU_ALLOWED_USERS: users };
  print(texts.usersStay(before));
  return app;
}

/** @throws {UsageError} When Feishu refuses the id and the secret; when it does not answer, a line says so. */
async function verify(config: Config, texts: TerminalTexts): Promise<void> {
  const { appId, appSecret, domain } = config;
  knownSecrets.add("app secret", appSecret);
  try {
    await new FeishuApi({ appId, appSecret, domain }, NO_LOG).checkCredentials();
  } catch (error) {
    if (!isRetryable(error)) throw error;
    complain(texts.notVerified(texts.reason(describe(error))));
  }
}

/** Keeps the env file as it is beside itself; resolves with the path, or `undefined` if there was none. */
async function keepBackup(file: string): Promise<string | undefined> {
  const text = await Deno.readTextFile(file).catch(() => "");
  if (text.trim() === "") return undefined;
  const backup = `${file}.bak`;
  await replaceFile(backup, text);
  return backup;
}
