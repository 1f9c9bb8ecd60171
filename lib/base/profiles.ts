import { basename, dirname, join } from "@std/path";

/** The directory in the default state directory with a state directory for each profile. */
const PROFILES = "profiles";

/** What the name of a profile is: it becomes a directory and the name of a service, on every file system. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/;

/** Whether a text may be the name of a profile. */
export function isProfileName(text: string): boolean {
  return NAME.test(text);
}

/** The state directory of a profile, beside the others in the default state directory. */
export function profileDir(defaultDir: string, profile: string): string {
  return join(defaultDir, PROFILES, profile);
}

/** The profile that a state directory belongs to; `undefined` if it belongs to none. */
export function profileOf(stateDir: string): string | undefined {
  const name = basename(stateDir);
  return basename(dirname(stateDir)) === PROFILES && isProfileName(name) ? name : undefined;
}

/** The directory that is private to bridges: with the state of a profile, that of all the others. */
export function privateDir(stateDir: string): string {
  return profileOf(stateDir) === undefined ? stateDir : dirname(dirname(stateDir));
}

/** The names of the profiles in the default state directory, sorted. */
export async function listProfiles(defaultDir: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(defaultDir, PROFILES))).catch(() => []);
  return entries.filter(({ name, isDirectory }) => isDirectory && isProfileName(name))
    .map(({ name }) => name).toSorted();
}
