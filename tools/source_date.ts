/**
 * The time that is written into what is built, in seconds since 1970, so that the same sources make the same
 * bytes: `SOURCE_DATE_EPOCH` (reproducible-builds.org), otherwise when the commit was made, otherwise 1970.
 *
 * @param root A directory of the checkout.
 */
export async function sourceDate(root: string): Promise<number> {
  const given = Number(Deno.env.get("SOURCE_DATE_EPOCH"));
  if (given > 0) return given;
  const args = ["log", "-1", "--format=%ct"];
  const { success, stdout } = await new Deno.Command("git", { args, cwd: root, stderr: "null" })
    .output().catch(() => ({ success: false, stdout: new Uint8Array() }));
  return success ? Number(new TextDecoder().decode(stdout)) : 0;
}
