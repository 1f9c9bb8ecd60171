import { fromFileUrl } from "@std/path";
import { BINARY } from "./bench_world.ts";
import { readCompiled } from "./compiled.ts";
import { atMost, type Row, unmeasured } from "./figure.ts";
import { sourceShares } from "./source_shares.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const BUDGET_MB = 105;

/** How big the binary is, and what of. */
export const sizeRow: Row = {
  name: "size",
  seconds: 15,
  measure: async ({ say }) => {
    const size = await Deno.stat(BINARY).then(({ size }) => size, () => undefined);
    if (size === undefined) {
      return [unmeasured("binary", `≤ ${BUDGET_MB} MB`, "not built: deno task build")];
    }
    const compiled = await readCompiled(BINARY);
    const bytes: Record<string, number> = {};
    if (compiled !== undefined) {
      bytes["Deno's runtime"] = compiled.runtimeBytes;
      bytes["our scripts"] = compiled.files.reduce((sum, { start, end }) => sum + end - start, 0);
    }
    say("what the scripts are made of");
    const parts = await partsOfScripts();
    const how = [
      "the file that deno task build makes: " + list(bytes),
      ...(parts.length > 0 ? [`of the scripts ${list(Object.fromEntries(parts))}`] : []),
    ].join("; ");
    const figure = atMost("binary", how, size / 1e6, "MB", BUDGET_MB);
    return [{ ...figure, numbers: { ...figure.numbers, ...bytes, ...Object.fromEntries(parts) } }];
  },
};

/** How many bytes the parts of the program have in its scripts, the largest first; none if it cannot be bundled. */
async function partsOfScripts(): Promise<[name: string, bytes: number][]> {
  const folder = await Deno.makeTempDir();
  try {
    const dev = ["run", "-A", "--no-lock", "--no-config", "tools/dev.ts"];
    const flags = ["--platform", "deno", "--minify", "--code-splitting", "--sourcemap=external"];
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: [...dev, "bundle", ...flags, "--outdir", folder, "main.ts"],
      cwd: ROOT,
      stdout: "null",
      stderr: "null",
    }).output();
    if (!success) return [];
    const parts = new Map<string, number>();
    for (const [source, bytes] of await sourceShares(folder)) {
      const part = partOf(source);
      parts.set(part, (parts.get(part) ?? 0) + bytes);
    }
    return [...parts].sort(([, a], [, b]) => b - a);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Which part of the program a source belongs to, by its path. */
function partOf(source: string): string {
  const [, room] = /(?:^|\/)lib\/(texts|demo)\//.exec(source) ?? [];
  if (room !== undefined) return room === "texts" ? "sentences" : "the demo";
  if (source.includes("/@larksuiteoapi/")) return "Feishu's SDK";
  return /registry\.npmjs\.org|node_modules|jsr/.test(source) ? "other packages" : "our other code";
}

function list(bytes: Readonly<Record<string, number>>): string {
  return Object.entries(bytes).map(([name, count]) => `${(count / 1e6).toFixed(2)} MB ${name}`)
    .join(", ");
}
