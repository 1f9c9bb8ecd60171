import { join } from "@std/path";
import { visible } from "../base/visible.ts";
import { defaultStateDir } from "../config.ts";
import { SETTINGS } from "../settings.ts";
import { listProfiles, profileDir, profileOf } from "../base/profiles.ts";
import type { TerminalTexts } from "../texts/terminal_texts.ts";
import type { Args } from "./args.ts";
import { findBridge } from "./background/bridge_record.ts";
import { columns } from "./columns.ts";
import { readEnvFile } from "./env_file.ts";
import { installedService } from "./service/service_manager.ts";
import { findSettings, pathBase } from "./settings.ts";
import { print } from "./terminal.ts";

/** A bridge of this machine, by its profile. */
interface ListedProfile {
  /** Empty for the bridge without a profile. */
  readonly name: string;
  readonly stateDir: string;
  readonly running: boolean;
  readonly pid?: number;
  /** Whether a service is installed for it. */
  readonly service: boolean;
  /** The app's id, and the directory that the agent sees; empty if they are not known. */
  readonly app: string;
  readonly cwd: string;
}

/** `profiles`: lists the bridges of this machine, the one without a profile first; for programs with `--json`. */
export async function profiles(args: Args): Promise<void> {
  const { config: { stateDir }, texts } = await findSettings(args, { required: false });
  const shared = defaultStateDir(pathBase());
  const others = (await listProfiles(shared)).map((name) =>
    [name, profileDir(shared, name)] as const
  );
  // The settings may have the one without a profile elsewhere.
  const own = profileOf(stateDir) === undefined ? stateDir : shared;
  const found = await Promise.all(
    [["", own] as const, ...others].map(([name, dir]) => readProfile(name, dir, texts)),
  );
  if (args.flags.includes("json")) return print(JSON.stringify(found, undefined, 2));
  const rows = found.map(({ name, pid, service, app, cwd }) => [
    name || texts.defaultProfile,
    texts.profileState(pid, service),
    visible(app) || "-",
    visible(cwd) || "-",
  ]);
  columns(rows).forEach(print);
}

async function readProfile(
  name: string,
  stateDir: string,
  texts: TerminalTexts,
): Promise<ListedProfile> {
  const bridge = await findBridge(stateDir);
  const file = await readEnvFile(join(stateDir, ".env"), false).catch(() => ({}));
  const variables: Readonly<Record<string, string>> = file;
  return {
    name,
    stateDir,
    running: bridge !== undefined,
    ...(bridge && { pid: bridge.pid }),
    service: await installedService(stateDir, texts) !== undefined,
    app: bridge?.app || variables[SETTINGS.appId.name] || "",
    cwd: bridge?.cwd || variables[SETTINGS.cwd.name] || "",
  };
}
