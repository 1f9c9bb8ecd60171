/**
 * The path of a file to send, which has no links in it, unless it is one of our own. It was checked some time
 * ago, and the agent may have put a link to somewhere else into its place since.
 *
 * @throws {Deno.errors.NotFound} When the file is not there any more.
 */
export async function unmoved(path: string, isOurs = false): Promise<string> {
  if (isOurs || await Deno.realPath(path) === path) return path;
  throw new Deno.errors.NotFound(`${path} is a link now`);
}
