import type { Config } from "../config.ts";
import { SETTINGS } from "../settings.ts";
import { hideCredentials } from "../base/secrets/url_credentials.ts";
import type { Setting } from "../base/setting.ts";
import type { Args } from "./args.ts";
import { widthOf } from "./columns.ts";
import { envFileWarnings } from "./checks/env_file_warnings.ts";
import { EXIT } from "./exit_codes.ts";
import { findSettings, type Origin } from "./settings.ts";
import { complain, print } from "./terminal.ts";

/**
 * `config show`: each setting with its value and where that comes from. The value of a secret is not shown.
 * What sets nothing, such as a mistyped name, is told on standard error.
 *
 * @returns The exit code: 2 when there are mistakes, which are told on standard error.
 */
export async function config(args: Args): Promise<number> {
  const { variables, mistakes, envFile, origin, texts } = await findSettings(args);
  const words = (from: Origin | undefined) =>
    from === undefined ? texts.originDefault : texts.origins[from.place];
  const rows = (Object.keys(SETTINGS) as (keyof Config)[]).map((key) => {
    const { name, fallback, secret, url }: Setting<unknown> = SETTINGS[key];
    const from = origin(key);
    const text = variables[name] ?? fallback;
    const shown = secret && text !== "" ? texts.hidden : url ? hideCredentials(text) : text;
    const place = from?.place === "file" ? from.path : words(from);
    return { left: `${name}=${shown}`, place };
  });
  const width = Math.min(Math.max(...rows.map(({ left }) => widthOf(left))), 60);
  for (const { left, place } of rows) {
    print(`${left}${" ".repeat(Math.max(width - widthOf(left), 0))}  ${place}`);
  }
  for (const { text, todo } of await envFileWarnings(envFile, texts)) complain(`${text} → ${todo}`);
  for (const { text } of mistakes) complain(texts.reason(text));
  return mistakes.length > 0 ? EXIT.mistake : 0;
}
