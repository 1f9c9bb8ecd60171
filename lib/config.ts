import { absolutePath, type PathBase } from "./base/absolute_path.ts";
import type { Setting } from "./base/setting.ts";
import { clipLine } from "./base/text.ts";
import { hideCredentials } from "./base/secrets/url_credentials.ts";
import type { Language } from "./model/settings.ts";
import { SETTINGS } from "./settings.ts";

/** The value of each setting. */
export type Config = {
  readonly [K in keyof typeof SETTINGS]: NonNullable<
    ReturnType<(typeof SETTINGS)[K]["parse"]>
  >;
};

/** Variables by name, without those that are unset. */
export type Variables = Readonly<Record<string, string>>;

/** The absolute path of a setting. Two paths are needed before the other settings are read. */
export function settingPath(
  setting: "stateDir" | "cwd",
  variables: Variables,
  base: PathBase,
): string {
  const { name, fallback } = SETTINGS[setting];
  return absolutePath(variables[name]?.trim() || fallback, base);
}

/** The state directory of a bridge without a profile, in which those of profiles and what all share are, too. */
export function defaultStateDir(base: PathBase): string {
  return absolutePath(SETTINGS.stateDir.fallback, base);
}

/** Why a shared KV cannot be opened. */
const KV_TOKEN_MISSING =
  "DENO_KV_ACCESS_TOKEN is missing: set it to the access token of the server in BRIDGE_KV";

/** A mistake in the settings. */
export interface SettingMistake {
  /** The setting that has its default instead; unset for a mistake of more than one. */
  readonly setting?: keyof Config;
  /** The sentence for the user: what is wrong, and what is allowed. The value of a secret is not in it. */
  readonly text: string;
}

/**
 * Turns variables into a {@linkcode Config}, in which a setting with a mistake has its default.
 *
 * @param options.required Whether missing required settings are mistakes (default: yes).
 * @param options.label What the user calls a setting (default: its variable).
 */
export function parseConfig(
  variables: Variables,
  base: PathBase,
  options: { required?: boolean; label?: (setting: keyof Config) => string } = {},
): { config: Config; mistakes: SettingMistake[] } {
  const mistakes: SettingMistake[] = [];
  const values: Record<string, unknown> = {};
  for (const key of Object.keys(SETTINGS) as (keyof Config)[]) {
    const { name, fallback, allowed, required, parse }: Setting<unknown> = SETTINGS[key];
    const text = variables[name]?.trim() || fallback;
    const isMissing = text === "" && required;
    values[key] = (isMissing ? undefined : parse(text)) ?? parse(fallback) ?? "";
    if (isMissing && options.required !== false) {
      mistakes.push({ setting: key, text: `${name} is missing: set it to ${allowed}` });
    } else if (!isMissing && parse(text) === undefined) {
      mistakes.push(settingMistake(key, text, options.label?.(key)));
    }
  }
  if (values["kv"] !== "" && values["kvToken"] === "") {
    mistakes.push({ text: KV_TOKEN_MISSING });
  }
  values["stateDir"] = settingPath("stateDir", variables, base);
  values["cwd"] = settingPath("cwd", variables, base);
  const config = values as Config;
  return {
    config: { ...config, roots: config.roots.map((root) => absolutePath(root, base)) },
    mistakes,
  };
}

/** The mistake of a text that a setting, which the user calls `label`, does not allow. Secrets are hidden. */
export function settingMistake(
  setting: keyof Config,
  text: string,
  label: string = SETTINGS[setting].name,
): SettingMistake {
  const { allowed, secret, url }: Setting<unknown> = SETTINGS[setting];
  const shown = secret ? "(hidden)" : JSON.stringify(clipLine(url ? hideCredentials(text) : text));
  return { setting, text: `${label} is ${shown}: it must be ${allowed}` };
}

/** The settings that the chat may show, as texts, by the names of their variables. */
export function shownSettings(config: Config): ReadonlyMap<string, string> {
  const shown = new Map<string, string>();
  for (const key of Object.keys(SETTINGS) as (keyof Config)[]) {
    const { name, fallback, url, unit = 1, ...setting }: Setting<unknown> = SETTINGS[key];
    if (setting.secret || setting.private) continue;
    const value = config[key];
    const given = String(typeof value === "number" ? value / unit : value);
    const text = value === setting.parse(fallback) ? fallback : given;
    shown.set(name, url ? hideCredentials(text) : text);
  }
  return shown;
}

/** Whether the user wants edits closer together than they are by default. */
export function hasQuickThrottle({ editThrottleMs }: Pick<Config, "editThrottleMs">): boolean {
  const { parse, fallback } = SETTINGS.editThrottleMs;
  return editThrottleMs < (parse(fallback) ?? 0);
}

/** The language of the settings. `auto` means Chinese on feishu.cn and English elsewhere. */
export function language(config: Pick<Config, "lang" | "domain">): Language {
  if (config.lang !== "auto") return config.lang;
  return /(^|\.)feishu\.cn$/.test(new URL(config.domain).hostname) ? "zh" : "en";
}
