import { isAbsolute } from "@std/path";

/** The PATH of a service when there is nothing else to go by. */
const FALLBACK = "/usr/local/bin:/usr/bin:/bin";

/**
 * The PATH for a service, made from that of this process. npm puts `node_modules/.bin` of each directory
 * above the current one in front, whether it exists or not, so `npx` would have a service run what anyone
 * creates below `/tmp`. Left out are these, relative directories, missing ones and those that everyone can
 * write.
 *
 * @param path Directories, separated by colons.
 */
export async function servicePath(path: string): Promise<string> {
  const dirs = [...new Set(path.split(":").map((dir) => dir.replace(/(?<=.)\/+$/, "")))];
  const isKept = await Promise.all(dirs.map(isTrustworthy));
  return dirs.filter((_, i) => isKept[i]).join(":") || FALLBACK;
}

async function isTrustworthy(dir: string): Promise<boolean> {
  if (!isAbsolute(dir) || /\/node_modules\/\.bin$|\/node-gyp-bin$/.test(dir)) return false;
  const info = await Deno.stat(dir).catch(() => undefined);
  return info !== undefined && info.isDirectory && ((info.mode ?? 0) & 0o002) === 0;
}
