/** What is released, made of a stand-in for the binary, and how it gets onto a machine. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import config from "../../deno.json" with { type: "json" };
import { CLI_ACTIONS, CLI_COMMANDS, CLI_OPTIONS } from "../../lib/cli/options.ts";
import { SETTINGS } from "../../lib/settings.ts";
import { findCommand } from "../../lib/opencode/server/process.ts";
import { manPage } from "../../tools/man_page.ts";
import { pack } from "../../tools/pack.ts";
import { releaseNotes } from "../../tools/release_notes.ts";
import { tempDir } from "../helpers.ts";

const NAME = "feishu-opencode-bridge";
/** A program that says what it was started with, and ends as it is told. */
const PROGRAM = `#!/bin/sh
[ "$1" = --version ] && echo "${NAME} of the test" && exit
[ "$1" = wait ] && trap 'exit 7' TERM && echo waiting && while :; do sleep 0.01; done
echo "$@"; exit 3
`;

/** Packs a program for this machine, or programs for others. */
async function packed(program = PROGRAM, names = [NAME]) {
  const dir = await tempDir();
  for (const name of names) {
    await Deno.writeTextFile(join(dir.path, name), program, { mode: 0o755 });
  }
  await pack(dir.path);
  const files = async (part: string) => {
    const names = await Array.fromAsync(Deno.readDir(join(dir.path, part)), ({ name }) => name);
    return new Map(
      await Promise.all(
        names.map(async (name) => [name, await Deno.readFile(join(dir.path, part, name))] as const),
      ),
    );
  };
  return {
    path: dir.path,
    release: await files("release"),
    npm: await files("npm"),
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

async function run(command: string, args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(command, { args, env, stdin: "null" })
    .output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout).trim(), err: text.decode(stderr).trim() };
}

Deno.test("packed twice, everything is the same", async () => {
  await using one = await packed();
  await using other = await packed();
  assertEquals(one.release, other.release);
  assertEquals(one.npm, other.npm);
  assert(one.release.size === 4 && one.npm.size === 2);
});

Deno.test("each machine gets an archive and a package for npm, and npm takes the one that fits", async () => {
  const targets = ["linux-x86_64", "linux-aarch64", "macos-x86_64", "macos-aarch64"];
  await using one = await packed(PROGRAM, targets.map((target) => `${NAME}-${target}`));
  const archives = [...one.release.keys()].filter((name) => name.endsWith(".tar.gz"));
  assertEquals(archives.toSorted(), targets.map((it) => `${NAME}-${it}.tar.gz`).toSorted());
  const manifest = async (name: string) => {
    const file = join(one.path, "npm", `${name}-${config.version}.tgz`);
    return JSON.parse((await run("tar", ["-xzOf", file, "package/package.json"])).out);
  };
  const machines = Object.keys((await manifest(NAME)).optionalDependencies);
  const found = await Promise.all(machines.map(async (name) => {
    const { os, cpu, libc, version } = await manifest(name);
    assertEquals([version, libc], [config.version, os[0] === "linux" ? ["glibc"] : undefined]);
    return `${NAME}-${os}-${cpu}` === name;
  }));
  assertEquals(found, [true, true, true, true]);
});

/** Runs the install script, as `curl … | sh` does, with a server that answers so. */
async function install(
  release: ReadonlyMap<string, Uint8Array>,
  answer: (name: string, bytes: Uint8Array<ArrayBuffer>) => Response,
  script: (text: string) => string = (text) => text,
) {
  const dir = await tempDir();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const name = new URL(request.url).pathname.slice(1);
    const bytes = release.get(name);
    return bytes === undefined
      ? new Response(null, { status: 404 })
      : answer(name, Uint8Array.from(bytes));
  });
  const child = new Deno.Command("sh", {
    args: ["-s"],
    env: { HOME: dir.path, RELEASE_URL: `http://127.0.0.1:${server.addr.port}` },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(
    new TextEncoder().encode(script(new TextDecoder().decode(release.get("install.sh")))),
  );
  await input.close();
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return {
    code,
    said: text.decode(stdout) + text.decode(stderr),
    bin: join(dir.path, ".local/bin", NAME),
    /** All files that are there afterwards. */
    files: (await run("find", [dir.path, "-type", "f"])).out.split("\n").filter((file) => file),
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

const asItIs = (_: string, bytes: Uint8Array<ArrayBuffer>) => new Response(bytes);

Deno.test("the install script installs the program, its man page and completions", async () => {
  await using one = await packed();
  await using first = await install(one.release, asItIs);
  assertEquals(first.code, 0, first.said);
  assertMatch(first.said, /installed feishu-opencode-bridge of the test in .*\.local\/bin[^]*PATH/);
  assertEquals(await run(first.bin, ["a b"]), { code: 3, out: "a b", err: "" });
  const names = first.files.map((file) => file.split("/.local/")[1] ?? file).toSorted();
  assertEquals(names, [
    `bin/${NAME}`,
    `share/bash-completion/completions/${NAME}`,
    `share/doc/${NAME}/LICENSE`,
    `share/fish/vendor_completions.d/${NAME}.fish`,
    `share/man/man1/${NAME}.1`,
    `share/zsh/site-functions/_${NAME}`,
  ]);
});

Deno.test("the install script installs nothing that is wrong, cut short, not listed or cannot run", async () => {
  await using one = await packed();
  await using broken = await packed("#!/nonexistent/interpreter\n");
  const isArchive = (name: string) => name.endsWith(".tar.gz");
  const rows: [string, ReadonlyMap<string, Uint8Array>, typeof asItIs, RegExp][] = [
    [
      "another file",
      one.release,
      (name, bytes) => {
        if (isArchive(name)) bytes[bytes.length - 1] = 1;
        return new Response(bytes);
      },
      /not what was released: its sha256 is [0-9a-f]{64}, not [0-9a-f]{64}\. Nothing is installed/,
    ],
    [
      "cut short",
      one.release,
      (name, bytes) => new Response(isArchive(name) ? bytes.slice(0, 200) : bytes),
      /not what was released/,
    ],
    [
      "not listed",
      one.release,
      (name, bytes) => new Response(name === "SHA256SUMS" ? "" : bytes),
      /SHA256SUMS does not name/,
    ],
    [
      "not there",
      new Map([...one.release].filter(([name]) => name === "install.sh")),
      asItIs,
      /download/,
    ],
    ["for another machine", broken.release, asItIs, /does not run on this machine/],
  ];
  for (const [name, release, answer, said] of rows) {
    await using tried = await install(release, answer);
    assertEquals([name, tried.code, tried.files], [name, 1, []], tried.said);
    assertMatch(tried.said, said, name);
  }
  const source = fromFileUrl(new URL("../../packaging/install.sh", import.meta.url));
  const { code, err } = await run("sh", [source], { HOME: one.path });
  assertEquals([code, err.includes("not that of a release")], [1, true], err);
  await using half = await install(one.release, asItIs, (text) => text.slice(0, -10));
  assertEquals([half.code === 0, half.files], [false, []], half.said);
});

Deno.test("npm installs the binary of the machine and runs it, with its signals and exit code", async () => {
  await using one = await packed();
  const tarballs = [...one.npm.keys()].map((name) => join(one.path, "npm", name));
  const dir = join(one.path, "project");
  const npm = ["--offline", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", dir];
  const installed = await run("npm", ["install", ...npm, ...tarballs]);
  assertEquals(installed.code, 0, installed.err);
  const bin = join(dir, "node_modules/.bin", NAME);
  assertEquals((await run(bin, ["--version"])).out, `${NAME} of the test`);
  assertEquals(await run(bin, ["a b", "--c"]), { code: 3, out: "a b --c", err: "" });

  const child = new Deno.Command(bin, { args: ["wait"], stdout: "piped", stdin: "null" }).spawn();
  const output = child.stdout.getReader();
  await output.read();
  child.kill("SIGTERM");
  assertEquals((await child.status).code, 7);
  await output.cancel();

  // As on a machine that there is no binary for.
  const [platform = ""] = tarballs.map((file) => /(?<=npm\/).*-(?:x64|arm64)(?=-)/.exec(file)?.[0])
    .filter((name) => name);
  await Deno.remove(join(dir, "node_modules", platform), { recursive: true });
  const without = await run(bin, ["--version"]);
  assertEquals(without.code, 1);
  assertMatch(without.err, new RegExp(`^${NAME}: the package ${platform} is not installed`));
});

Deno.test("the manual page names every command, option and setting, and is free of mistakes", async () => {
  const page = manPage(0);
  const plain = page.replaceAll("\\-", "-").replaceAll(/\\f[BRI]/g, "");
  const names = [
    ...CLI_COMMANDS,
    ...Object.values(CLI_ACTIONS).flat(),
    ...Object.keys(CLI_OPTIONS).map((name) => `--${name}`),
    ...Object.values(SETTINGS).map(({ name }) => name),
  ];
  for (const name of names) assert(plain.includes(name), name);
  if (!await findCommand("groff")) return;
  await using dir = await tempDir();
  const file = join(dir.path, "page.1");
  await Deno.writeTextFile(file, page);
  assertEquals(await run("groff", ["-man", "-ww", "-z", file]), { code: 0, out: "", err: "" });
});

Deno.test("the notes of a release are its section of the changelog, else what is not released", async () => {
  const text = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- b\n\n## [1.0.0] - 2026\n\n- a\n";
  assertEquals(releaseNotes(text, "1.0.0"), "- a\n");
  assertEquals(releaseNotes(text, "1.0.1"), "### Added\n\n- b\n");
  const changelog = fromFileUrl(new URL("../../CHANGELOG.md", import.meta.url));
  assert(releaseNotes(await Deno.readTextFile(changelog), config.version).includes("### "));
});
