/** An update is exactly what was released, or changes nothing. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../../lib/base/errors.ts";
import { compareVersions } from "../../../lib/cli/update/compare_versions.ts";
import { archiveName, installRelease } from "../../../lib/cli/update/install_release.ts";
import { ownBinary } from "../../../lib/cli/update/own_binary.ts";
import { previousOf, swapBack } from "../../../lib/cli/update/swap.ts";
import { tempDir } from "../../helpers.ts";
import { runProgram } from "../run_program.ts";
import { standIn, startReleases } from "./release_server.ts";

const NAME = "feishu-opencode-bridge";

/** A place where version 0.1.0 is installed. */
async function installed() {
  const dir = await tempDir();
  const [bin, man] = [join(dir.path, "bin"), join(dir.path, "share", "man", "man1")];
  for (const made of [bin, man]) await Deno.mkdir(made, { recursive: true });
  const binary = join(bin, NAME);
  await Deno.writeTextFile(binary, standIn("0.1.0"), { mode: 0o755 });
  await Deno.writeTextFile(join(man, `${NAME}.1`), "manual of 0.1.0");
  return { dir: dir.path, bin, binary, manual: join(man, `${NAME}.1`), dispose: dir };
}

const run = async (file: string) =>
  new TextDecoder().decode((await new Deno.Command(file, { args: ["--version"] }).output()).stdout);
const names = async (dir: string) =>
  (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name).toSorted();

Deno.test("a release takes the place of the binary in one step, and the old one can come back", async () => {
  const place = await installed();
  await using _dir = place.dispose;
  await using releases = await startReleases("0.2.0");
  const said: string[] = [];
  const tell = (line: string) => void said.push(line);
  // What an update that was killed has left.
  await Deno.mkdir(join(place.bin, `.${NAME}.update-old`));
  const running = new Deno.Command(place.binary).spawn();
  const previous = await installRelease(await releases.newest(), {
    ...{ binary: place.binary, isSecure: false, tell },
  });
  await running.status;
  assertEquals(previous, previousOf(place.binary));
  assertMatch(await run(place.binary), /0\.2\.0/);
  assertMatch(await run(previous), /0\.1\.0/);
  assertEquals((await Deno.stat(place.binary)).mode! & 0o777, 0o755);
  assertEquals(await names(place.bin), [`.${NAME}.previous`, NAME]);
  assertEquals(await Deno.readTextFile(place.manual), "manual of 0.2.0");
  // Nobody had installed these.
  assertEquals(await names(join(place.dir, "share")), ["man"]);
  assertMatch(
    said.join("\n"),
    /downloading version 0\.2\.0[^]*sha256 is that[^]*installed version/,
  );
  // A second bridge of the same program has it installed, too: the way back still leads to what ran before.
  await installRelease(await releases.newest(), {
    ...{ binary: place.binary, isSecure: false, tell },
  });
  assertMatch(await run(place.binary), /0\.2\.0/);
  await swapBack(place.binary);
  assertMatch(await run(place.binary), /0\.1\.0/);
});

Deno.test("a download that is not the released file changes nothing, and the error says why", async () => {
  const place = await installed();
  await using _dir = place.dispose;
  await using releases = await startReleases("0.2.0");
  const { faults } = releases;
  const options = { binary: place.binary, isSecure: false, tell: () => {} };
  const reset = String(Math.floor(Date.now() / 1000) + 600);
  const limited = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset };
  const html = () => new Response("<html>", { headers: { "content-type": "text/html" } });
  const cases: readonly (readonly [Partial<typeof faults>, RegExp])[] = [
    [{ cutAt: 100 }, /tar\.gz broke off after 100 of \d+ bytes: nothing was changed/],
    [{ sums: `${"a".repeat(64)}  ${archiveName()}.tar.gz\n` }, /not what was released: its sha256/],
    [{ sums: "<html>" }, /SHA256SUMS does not name/],
    [{ name: `${NAME}-plan9-mips` }, /Version 0\.2\.0 has no \S+: there is none for this machine/],
    [{ list: html }, /answers is no release: perhaps this network wants you to sign in/],
    [{ list: () => Response.json({ message: "no" }) }, /is no release/],
    [{ list: () => new Response(null, { status: 404 }) }, /There is no release/],
    [{ list: () => new Response(null, { status: 502 }) }, /answers HTTP 502/],
    [
      { list: () => new Response(null, { status: 403, headers: limited }) },
      /no more requests[^]*after \d\d:\d\d/,
    ],
  ];
  for (const [fault, why] of cases) {
    for (const key of Object.keys(faults)) delete faults[key as keyof typeof faults];
    Object.assign(faults, fault);
    const error = await assertRejects(
      async () => await installRelease(await releases.newest(), options),
      UsageError,
    );
    assertMatch(error.message, why);
  }
  for (const key of Object.keys(faults)) delete faults[key as keyof typeof faults];
  const release = await releases.newest();
  await assertRejects(
    () => installRelease(release, { ...options, isSecure: true }),
    UsageError,
    "is not https",
  );
  assertMatch(await run(place.binary), /0\.1\.0/);
  assertEquals(await names(place.bin), [NAME]);
});

Deno.test("a redirect from https to http is refused", async () => {
  await using dir = await tempDir();
  await using releases = await startReleases("9.0.0");
  const tls = new URL("../../fixtures/tls/", import.meta.url);
  const [cert, key] = await Promise.all(
    ["server.pem", "server.key"].map((file) => Deno.readTextFile(new URL(file, tls))),
  );
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, cert: cert ?? "", key: key ?? "", onListen: () => {} },
    () => Response.redirect(releases.url),
  );
  const { code, err } = await runProgram(["update", "--check"], {
    cwd: dir.path,
    env: {
      ...{ BRIDGE_STATE_DIR: dir.path, DENO_CERT: new URL("ca.pem", tls).pathname },
      BRIDGE_UPDATES: `https://localhost:${server.addr.port}/latest`,
    },
  });
  assertMatch(`${code} ${err}`, /^1 [^]*http:\S+ is not https: nothing was downloaded/);
  assertEquals(releases.asked, []);
});

Deno.test("a program that does not run here, or is another version, changes nothing", async () => {
  const place = await installed();
  await using _dir = place.dispose;
  const options = { binary: place.binary, isSecure: false, tell: () => {} };
  for (const program of ["#!/bin/sh\nexit 1\n", standIn("0.3.0"), "\x7fELF of another machine"]) {
    await using releases = await startReleases("0.2.0", program);
    const release = await releases.newest();
    await assertRejects(() => installRelease(release, options), UsageError, "does not run on this");
  }
  assertMatch(await run(place.binary), /0\.1\.0/);
  assertEquals(await names(place.bin), [NAME]);
});

Deno.test("gh, where it is, has the last word; two updates do not mix", async () => {
  const place = await installed();
  await using _dir = place.dispose;
  await using releases = await startReleases("0.2.0");
  const release = await releases.newest();
  const path = Deno.env.get("PATH") ?? "";
  const tools = join(place.dir, "tools");
  await Deno.mkdir(tools);
  const said: string[] = [];
  const options = {
    ...{ binary: place.binary, isSecure: false, repository: "owner/name" },
    tell: (line: string) => void said.push(line),
  };
  const gh = (lines: string) =>
    Deno.writeTextFile(join(tools, "gh"), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  try {
    Deno.env.set("PATH", `${tools}:${path}`);
    await gh('[ "$2" = --help ] && exit 0; echo "no attestations found" >&2; exit 1');
    await assertRejects(
      () => installRelease(release, options),
      UsageError,
      "no attestations found",
    );
    assertMatch(await run(place.binary), /0\.1\.0/);
    await gh('[ "$2" = --help ] && exit 0; exit 4');
    await installRelease(release, options);
    assertMatch(said.join("\n"), /gh was not asked where it comes from: it is not signed in/);
    await gh('[ "$2" = --help ] && exit 0; [ "$5" = owner/name ]');
    await installRelease(release, options);
    assertMatch(said.at(-2) ?? "", /gh confirms/);
    const both = await Promise.allSettled([
      installRelease(release, options),
      installRelease(release, options),
    ]);
    const failed = both.flatMap((one) => one.status === "rejected" ? [String(one.reason)] : []);
    assertEquals(failed.length, 1);
    assertMatch(failed[0] ?? "", /Another update is under way/);
  } finally {
    Deno.env.set("PATH", path);
  }
});

Deno.test("a program from source, npm or a package manager says how it is updated", async () => {
  const place = await installed();
  await using _dir = place.dispose;
  const refused = async (file: string) =>
    (await assertRejects(() => ownBinary({ file, isBinary: true }), UsageError)).message;
  assertMatch(
    (await assertRejects(() => ownBinary({ file: "/x/deno", isBinary: false }), UsageError))
      .message,
    /runs from source: run git pull in \//,
  );
  for (
    const [dir, why] of [
      ["lib/node_modules/feishu-opencode-bridge/bin", /npm install --global \S+@latest/],
      ["homebrew/Cellar/feishu-opencode-bridge/0.1.0/bin", /brew upgrade/],
    ] as const
  ) {
    const at = join(place.dir, dir);
    await Deno.mkdir(at, { recursive: true });
    await Deno.copyFile(place.binary, join(at, NAME));
    // However it is called.
    const link = join(place.dir, `link-${dir.length}`);
    await Deno.symlink(join(at, NAME), link);
    assertMatch(await refused(link), why);
  }
  assertMatch(await refused("/usr/bin/env"), /belongs to the system/);
  assertEquals(
    await ownBinary({ file: place.binary, isBinary: true }),
    await Deno.realPath(place.binary),
  );
  if (Deno.uid() === 0) return;
  await Deno.chmod(place.bin, 0o555);
  assertMatch(await refused(place.binary), /Cannot write to/);
});

Deno.test("versions are compared by their numbers; what is older is never installed", () => {
  const sorted = ["x", "0.1.0-alpha", "0.1.0-alpha.1", "0.1.0-rc.2", "0.1.0-rc.10", "0.1.0"];
  sorted.push("v0.1.1", "0.2.0", "0.10.0 (abc)", "1.0.0");
  for (const [i, a] of sorted.entries()) {
    for (const [j, b] of sorted.entries()) {
      assertEquals(Math.sign(compareVersions(a, b)), Math.sign(i - j), `${a} ${b}`);
    }
  }
  assert(compareVersions("0.1.0+a", "0.1.0+b") === 0);
});
