/** What a process has used and holds. */
export interface Usage {
  /** Resident memory in MB (10⁶ bytes). */
  readonly rssMb: number;
  /** Time on a processor since its start, all threads that live, in milliseconds. */
  readonly cpuMs: number;
}

/** Reads it from `/proc`, which is there on Linux only. */
export async function processUsage(pid: number): Promise<Usage> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const kib = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
  let nanoseconds = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const stat = await Deno.readTextFile(`/proc/${pid}/task/${name}/schedstat`).catch(() => "0");
    nanoseconds += Number(stat.split(" ")[0]);
  }
  return { rssMb: kib * 1024 / 1e6, cpuMs: nanoseconds / 1e6 };
}
