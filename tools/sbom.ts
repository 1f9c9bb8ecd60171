/**
 * Prints a bill of materials of the program (CycloneDX 1.6, JSON), made from deno.lock alone:
 *
 *     deno run --allow-read --no-lock tools/sbom.ts
 *
 * The scope of a package that only tests and tools use is `excluded`. The runtime is the Deno that prints
 * the bill, which is the one that the release builds with. The same lock gives the same bill.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** deno.lock as Deno 2 writes it (version 5). */
interface Lock {
  readonly version: string;
  /** The version that each `jsr:name@range` and `npm:name@range` stands for. */
  readonly specifiers: Readonly<Record<string, string>>;
  readonly jsr?: Readonly<Record<string, Locked>>;
  readonly npm?: Readonly<Record<string, Locked>>;
}

interface Locked {
  readonly integrity: string;
  /** Specifiers, or for npm names too, without the version when there is only one. */
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
}

interface Config {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly imports: Readonly<Record<string, string>>;
}

/** A package of the lock. */
interface Package extends Locked {
  readonly registry: "jsr" | "npm";
  readonly name: string;
  readonly version: string;
  readonly purl: string;
}

/** The bill of materials. */
export function makeSbom(lock: Lock, config: Config, used: ReadonlySet<string>, deno: string) {
  if (lock.version !== "5") throw new Error(`deno.lock has version ${lock.version}, not 5`);
  const packages = [...readPackages("jsr", lock.jsr), ...readPackages("npm", lock.npm)];
  const find = (specifier: string, registry: "jsr" | "npm") => {
    const found = resolve(specifier, registry, lock, packages);
    if (found === undefined) throw new Error(`deno.lock does not have ${specifier}`);
    return found;
  };
  const dependsOn = (one: Package) =>
    [...one.dependencies ?? [], ...one.optionalDependencies ?? []]
      .map((specifier) => find(specifier, one.registry));
  const roots = (names: Iterable<string>) =>
    [...names].map((name) => find(config.imports[name] ?? name, "npm"));
  const inProgram = reach(roots(used), dependsOn);
  const runtime = `pkg:github/denoland/deno@v${deno}`;
  const self = `pkg:generic/feishu-opencode-bridge@${config.version}`;
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        "type": "application",
        "bom-ref": self,
        "name": "feishu-opencode-bridge",
        "version": config.version,
        "licenses": [{ license: { id: config.license } }],
        "purl": self,
      },
    },
    components: [
      {
        "type": "platform",
        "bom-ref": runtime,
        "name": "deno",
        "version": deno,
        "scope": "required",
        "purl": runtime,
      },
      ...packages.map((one) => component(one, inProgram.has(one))),
    ],
    dependencies: [
      { ref: self, dependsOn: refs([...roots(Object.keys(config.imports))]).concat(runtime) },
      ...packages.map((one) => ({ ref: one.purl, dependsOn: refs(dependsOn(one)) })),
    ],
  };
}

function readPackages(
  registry: "jsr" | "npm",
  locked: Readonly<Record<string, Locked>> = {},
): Package[] {
  return Object.entries(locked).map(([key, value]) => {
    // A key of npm may end with the peers that it was resolved with, `name@1.0.0_peer@2.0.0`.
    const [, name = "", version = ""] = /^(@?[^@]+)@([^_]+)/.exec(key) ?? [];
    const path = name.split("/").map(encodeURIComponent).join("/");
    return { ...value, registry, name, version, purl: `pkg:${registry}/${path}@${version}` };
  });
}

function resolve(
  specifier: string,
  registry: "jsr" | "npm",
  { specifiers }: Lock,
  packages: readonly Package[],
): Package | undefined {
  const [, kind = registry, name = "", range] =
    /^(?:(jsr|npm):)?(@?[^@]+)(?:@(.+))?$/.exec(specifier) ?? [];
  const named = packages.filter((one) => one.registry === kind && one.name === name);
  // Deno writes `^0.1.2` as `~0.1.2`, which means the same.
  const version = specifiers[`${kind}:${name}@${range}`] ??
    specifiers[`${kind}:${name}@${range?.replace(/^\^0\./, "~0.")}`] ?? range?.split("_")[0];
  return version === undefined ? named[0] : named.find((one) => one.version === version);
}

/** The packages that can be reached. */
function reach(from: readonly Package[], next: (one: Package) => Package[]): Set<Package> {
  const found = new Set<Package>();
  const open = [...from];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (found.has(one)) continue;
    found.add(one);
    open.push(...next(one));
  }
  return found;
}

function component({ registry, name, version, purl, integrity }: Package, isUsed: boolean) {
  const scope = isUsed ? "required" : "excluded";
  const basics = { "type": "library", "bom-ref": purl, name, version, scope, purl };
  if (registry === "npm") {
    const [, base64 = ""] = /^sha512-(.+)$/.exec(integrity) ?? [];
    const content = Uint8Array.fromBase64(base64).toHex();
    return { ...basics, hashes: [{ alg: "SHA-512", content }] };
  }
  // The hash of the list of the package's files and their hashes, not that of an archive.
  return { ...basics, properties: [{ name: "deno:jsr:integrity", value: integrity }] };
}

function refs(packages: readonly Package[]): string[] {
  return [...new Set(packages.map(({ purl }) => purl))];
}

/** The names in `imports` that a folder's sources import. */
async function importsOf(dir: string, names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(dir)) {
    const path = join(dir, name);
    if (isDirectory) found.push(...await importsOf(path, names));
    else if (/\.[jt]s$/.test(name)) {
      const text = await Deno.readTextFile(path);
      found.push(
        ...names.filter((name) => text.includes(`"${name}"`) || text.includes(`"${name}/`)),
      );
    }
  }
  return found;
}

/** The bill of materials of this checkout. */
export async function sbomOfCheckout() {
  const read = async (name: string) => JSON.parse(await Deno.readTextFile(join(ROOT, name)));
  const [lock, config] = [await read("deno.lock"), await read("deno.json")];
  const used = new Set(await importsOf(join(ROOT, "lib"), Object.keys(config.imports)));
  return makeSbom(lock, config, used, Deno.version.deno);
}

if (import.meta.main) {
  const text = JSON.stringify(await sbomOfCheckout(), undefined, 2);
  await new Blob([`${text}\n`]).stream().pipeTo(Deno.stdout.writable);
}
