import { join } from "@std/path";

/** A file system of a few megabytes that can be filled up, mounted over a directory. */
export interface SmallDisk extends AsyncDisposable {
  /** Takes all the room that is left. */
  fill(): Promise<void>;
  /** Gives it back. */
  clear(): Promise<void>;
  /** Refuses all writes, or takes them again. */
  readOnly(on: boolean): Promise<void>;
}

async function run(command: string, ...args: string[]): Promise<boolean> {
  const child = new Deno.Command(command, { args, stdout: "null", stderr: "null" });
  return await child.output().then(({ success }) => success, () => false);
}

/** Whether such disks can be mounted here: on Linux, by root. Says so loudly when they cannot. */
export async function canMount(): Promise<boolean> {
  const dir = await Deno.makeTempDir();
  const can = await run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", dir);
  if (can) await run("umount", dir);
  else {
    const line = "NOT TESTED: full and read-only disks, because nothing can be mounted here\n";
    Deno.stderr.writeSync(new TextEncoder().encode(line));
  }
  await Deno.remove(dir);
  return can;
}

/** Mounts a disk of `megabytes` over a directory, which is made and, like that of a bridge, closed to others. */
export async function smallDisk(dir: string, megabytes: number): Promise<SmallDisk> {
  await Deno.mkdir(dir, { recursive: true });
  if (!await run("mount", "-t", "tmpfs", "-o", `size=${megabytes}m,mode=700`, "tmpfs", dir)) {
    throw new Error(`cannot mount a disk on ${dir}`);
  }
  const filler = join(dir, "filler");
  return {
    fill: async () => {
      using file = await Deno.open(filler, { create: true, append: true });
      // In small steps, so that not even a page is left.
      for (const size of [65_536, 4_096, 512]) {
        const bytes = new Uint8Array(size);
        try {
          for (;;) await file.write(bytes);
        } catch {
          // Full.
        }
      }
    },
    clear: () => Deno.remove(filler),
    readOnly: async (on) => {
      if (!await run("mount", "-o", `remount,${on ? "ro" : "rw"}`, dir)) {
        throw new Error(`cannot remount ${dir}`);
      }
    },
    // Lazily: whoever was killed may hold a file for a moment longer.
    [Symbol.asyncDispose]: async () => {
      await run("umount", "--lazy", dir);
    },
  };
}
