/**
 * Free space in a directory, in whole MB; `undefined` when it is not known. Deno has no call for it, so
 * `df` is asked.
 */
export async function freeSpace(dir: string): Promise<number | undefined> {
  const df = async () => await new Deno.Command("df", { args: ["-Pk", dir] }).output();
  // Deno throws at once when there is no such program.
  const output = await df().catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  // A long name of the device may hold spaces, so the numbers are counted from the percentage.
  const [, kb] = /\s(-?\d+)\s+\d+%\s/.exec(new TextDecoder().decode(output?.stdout)) ?? [];
  return kb === undefined ? undefined : Math.floor(Number(kb) / 1024);
}
