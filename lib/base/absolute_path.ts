import { resolve } from "@std/path";

/** What relative paths and `~` in settings refer to. */
export interface PathBase {
  readonly cwd: string;
  readonly home: string | undefined;
}

/** The absolute path of a path of the settings. */
export function absolutePath(path: string, { cwd, home }: PathBase): string {
  return home !== undefined && /^~(?=$|\/)/.test(path)
    ? resolve(cwd, home, `.${path.slice(1)}`)
    : resolve(cwd, path);
}
