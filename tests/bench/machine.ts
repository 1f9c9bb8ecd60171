/** The machine in one line: what the figures hold for. */
export async function machine(): Promise<string> {
  const cpu = /^model name\s*:\s*(.*)$/m.exec(await read("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
  const kib = Number(/^MemTotal:\s+(\d+)/m.exec(await read("/proc/meminfo"))?.[1] ?? NaN);
  const load = (await read("/proc/loadavg")).split(" ")[0] ?? "unknown";
  return [
    `${navigator.hardwareConcurrency} × ${cpu}`,
    `${(kib / 1e6).toFixed(0)} GB`,
    Deno.build.os,
    `Deno ${Deno.version.deno}`,
    `load at the start ${load}`,
  ].join(", ");
}

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => "");
}
