/** `doctor`, against the twin and a small server in opencode's place. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { readArgs } from "../../lib/cli/args.ts";
import {
  type CheckOptions,
  CHECKS,
  type Finding,
  runChecks,
} from "../../lib/cli/checks/run_checks.ts";
import { listen } from "../../lib/cli/checks/listener.ts";
import { SCOPES } from "../../lib/feishu/rest/scopes.ts";
import type { CheckName } from "../../lib/cli/checks/check.ts";
import type { CheckContext } from "../../lib/cli/checks/context.ts";
import { CODES_AT } from "../../lib/feishu/rest/code_table.ts";
import { remedyOf } from "../../lib/cli/checks/remedy.ts";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import type { TwinOptions } from "../../lib/demo/feishu_twin/twin_options.ts";
import { freePort } from "../../lib/opencode/server/process.ts";
import { terminalTexts } from "../../lib/texts/terminal_texts.ts";
import { memoryLog, tempDir } from "../helpers.ts";
import { transcriptionServer } from "../speech/transcription_server.ts";
import { runProgram } from "./run_program.ts";
import { startReleases } from "./update/release_server.ts";

/** A server in opencode's place that answers what `doctor` asks. */
function startServer(providers: unknown[], config: unknown): Deno.HttpServer<Deno.NetAddr> {
  const answers: Record<string, unknown> = {
    "/global/health": { healthy: true, version: "1.18.33" },
    "/config/providers": { providers, default: {} },
    "/config": config,
  };
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => Response.json(answers[new URL(request.url).pathname] ?? {}),
  );
}

async function checkedChain(twinOptions: TwinOptions = {}) {
  const dir = await tempDir();
  const twin = await startTwin(twinOptions);
  const server = startServer([{ id: "mine", name: "Mine", models: {} }], {});
  const settings: Record<string, string> = {
    FEISHU_APP_ID: twin.app.id,
    FEISHU_APP_SECRET: twin.app.secret,
    FEISHU_DOMAIN: twin.url,
    FEISHU_ALLOWED_USERS: twin.user.openId,
    OPENCODE_URL: `http://opencode:s3cr3t-pass@127.0.0.1:${server.addr.port}`,
  };
  return {
    twin,
    /** What was found, by check: mark, text and what to do. */
    async check(
      options: Partial<CheckOptions> = {},
      changed: Record<string, string> = {},
    ): Promise<Record<string, string>> {
      const file = join(dir.path, ".env");
      const lines = Object.entries({ ...settings, ...changed }).map((pair) => pair.join("="));
      await Deno.writeTextFile(file, lines.join("\n"), { mode: 0o600 });
      const state = join(dir.path, "state");
      const args = ["doctor", "--env-file", file, "--state-dir", state, "--cwd", dir.path];
      const findings = await runChecks(readArgs(args), {
        offline: false,
        live: false,
        stepMs: 500,
        report: () => {},
        tell: () => {},
        ...options,
      });
      const marks = { ok: "✓", fail: "✗", warn: "!", skip: "–" };
      const told = ({ status, text, todo = "" }: Finding) => `${marks[status]} ${text} → ${todo}`;
      return Object.fromEntries(findings.map((one) => [one.check, told(one)]));
    },
    async [Symbol.asyncDispose]() {
      await twin.close();
      await server.shutdown();
      await dir[Symbol.asyncDispose]();
    },
  };
}

Deno.test("doctor finds the whole chain in order, with a person who writes and presses", async () => {
  await using c = await checkedChain({ scopes: SCOPES.map(({ name }) => name) });
  const { twin } = c;
  // What the bridge got that ran until just now is nobody else's.
  for (const ago of [50_000, 20_000, 5_000]) {
    const content = { text: "before" };
    twin.sendRaw({ type: "text", content, isSilent: true, createdAt: Date.now() - ago });
  }
  let step = 0;
  const found = await c.check({
    live: true,
    stepMs: 10_000,
    tell: () => {
      step++;
      if (step === 1) twin.say({ text: "hi" });
      if (step === 2) {
        const [card] = twin.botMessages();
        assert(card);
        twin.click({ messageId: card.id, label: "Press" });
      }
      if (step === 3) { for (const text of ["two", "three"]) twin.say({ text }); }
    },
  });
  assertEquals(Object.entries(found).filter(([, text]) => !text.startsWith("✓")), []);
  assertMatch(found["opencode"] ?? "", /^✓ http:\/\/127\.0\.0\.1:\d+ \(1\.18\.33, V1\)/);
  for (const name of ["bot", "connection", "events", "callbacks", "consumers"]) {
    assert(found[name], name);
  }
});

Deno.test("doctor says which link is broken, and does not check what depends on it", async () => {
  await using c = await checkedChain({ scopes: ["im:message", "im:resource"] });
  const wrong = await c.check({}, { FEISHU_APP_SECRET: "wrong-secret" });
  assertMatch(wrong["credentials"] ?? "", /^✗ .*FEISHU_APP_SECRET.* → .*\/baseinfo$/);
  assertMatch(wrong["bot"] ?? "", /^–/);
  const scopes = (await c.check())["scopes"] ?? "";
  assertMatch(scopes, /^✗ missing: im:message.p2p_msg:readonly, im:message.group_at_msg:readonly/);
  assertMatch(wrong["events"] ?? "", /^– not checked →/);
  assertMatch((await c.check())["events"] ?? "", /^– not checked: .*run doctor on a terminal/);
  const away = await c.check({}, { FEISHU_DOMAIN: "http://127.0.0.1:1" });
  assertMatch(away["network"] ?? "", /^✗ http:\/\/127.0.0.1:1: /);
  assertMatch(away["credentials"] ?? "", /^–/);
  const old = await c.check({}, { OPENCODE_URL: "http://127.0.0.1:1" });
  assertMatch(
    old["opencode"] ?? "",
    /^✗ http:\/\/127\.0\.0\.1:1 does not answer: .+ → start that/,
  );
  assertMatch(old["credentials"] ?? "", /^✓/);
});

Deno.test("doctor asks what hears voice messages, without a recording, and never offline", async () => {
  await using c = await checkedChain();
  await using ears = transcriptionServer();
  const voice = async (changed: Record<string, string>, offline = false) =>
    (await c.check({ offline }, changed))["voice"];
  const set = { BRIDGE_STT_URL: ears.url, BRIDGE_STT_KEY: "sk-of-the-ears-0123456789" };
  assertEquals(await voice({}), "✓ not set up, so voice messages are not read → ");
  ears.answer(() => Response.json({ error: { message: "no file" } }, { status: 400 }));
  assertMatch(await voice(set) ?? "", /^✓ 127\.0\.0\.1:\d+ \(whisper-1\) →/);
  const open = { ...set, BRIDGE_STT_URL: ears.url.replace("127.0.0.1", "0.0.0.0") };
  assertMatch(await voice(open) ?? "", /^! 0\.0\.0\.0:.* → recordings and the key can be read/);
  ears.answer(() => new Response("<html>", { status: 200 }));
  assertMatch(await voice(set) ?? "", /^✗ .*something else than a text.* → correct BRIDGE_STT_URL/);
  ears.answer(() => new Response("{}", { status: 401 }));
  const refused = await voice(set) ?? "";
  assertMatch(refused, /^✗ .*refuses the key/);
  assert(!refused.includes("of-the-ears"));
  ears.answer(() => Response.json({ error: "starting" }, { status: 503 }));
  assertMatch(await voice(set) ?? "", /^! .*HTTP 503: starting/);
  const asked = ears.requests.length;
  assertEquals(await voice(set, true), undefined);
  assertEquals([ears.requests.length, ears.requests.some(({ file }) => file)], [asked, false]);
});

Deno.test("doctor notices that messages or clicks do not arrive, or that another program takes them", async () => {
  await using c = await checkedChain();
  const { twin } = c;
  const silent = await c.check({ live: true });
  assertMatch(silent["events"] ?? "", /^✗ nothing came → .*im\.message\.receive_v1/);
  assertMatch(silent["callbacks"] ?? "", /^–/);
  let step = 0;
  const shared = await c.check({
    live: true,
    tell: () => {
      step++;
      if (step === 1) twin.say({ text: "hi" });
      if (step !== 3) return;
      // What another connection got is in the chat, and nowhere else.
      twin.faults.halfOpen(true);
      twin.say({ text: "two" });
    },
  });
  twin.faults.halfOpen(false);
  assertMatch(shared["callbacks"] ?? "", /^✗ nothing came → .*card\.action\.trigger/);
  assertMatch(shared["consumers"] ?? "", /^✗ 1 of 2 messages/);
});

Deno.test("doctor waits for no message that cannot come", async () => {
  const direct = SCOPES.filter(({ feature }) => feature === "direct")
    .flatMap(({ name, instead = [] }) => [name, ...instead]);
  const scopes = SCOPES.map(({ name }) => name).filter((one) => !direct.includes(one));
  await using c = await checkedChain({ scopes });
  const told: string[] = [];
  const found = await c.check({ live: true, tell: (line: string) => told.push(line) });
  assertMatch(found["events"] ?? "", /^✗ direct messages do not arrive/);
  assertEquals(told, []);
});

Deno.test("doctor says what does not work without a scope, and that one of several is enough", async () => {
  const all = SCOPES.map(({ name }) => name);
  const { features, without } = terminalTexts("en");
  for (const { name, kind, feature, instead = [] } of SCOPES) {
    await using c = await checkedChain({ scopes: all.filter((one) => one !== name) });
    const { scopes = "", extras = "" } = await c.check();
    if (kind === "needed") {
      // The sensitive scope covers mentions.
      const isCovered = instead.includes("im:message.group_msg");
      assertMatch(scopes, isCovered ? /^✓/ : new RegExp(`^✗ missing: ${name} → .*setup --repair`));
      assertMatch(extras, /^✓/);
    } else {
      assertMatch(scopes, /^✓/);
      assert(extras.startsWith(`! ${without(name, features[feature])} → `), extras);
      assert(extras.endsWith(`/app/${c.twin.app.id}/auth?q=${name}`), extras);
    }
    for (const other of instead) c.twin.faults.grant(other, true);
    const covered = await c.check();
    if (instead.length > 0) assertMatch(`${covered["scopes"]}${covered["extras"]}`, /^✓.*✓/);
    assertEquals(c.twin.requests.filter(({ path }) => path.endsWith("/v6/scopes")).length, 2);
  }
});

Deno.test("doctor finds that another program holds a connection of the app, although nobody writes", async () => {
  await using c = await checkedChain();
  assertMatch((await c.check())["instances"] ?? "", /^✓/);
  const { appId, appSecret, domain } = {
    appId: c.twin.app.id,
    appSecret: c.twin.app.secret,
    domain: c.twin.url,
  };
  await using _other = listen({ appId, appSecret, domain }, memoryLog(), "");
  await c.twin.until(() => c.twin.connections() === 1);
  assertMatch(
    (await c.check())["instances"] ?? "",
    /^! 1 more connection .*lost.* → stop the other/,
  );
});

Deno.test("what Feishu does not tell is not checked, and nothing is wrong with it", async () => {
  await using c = await checkedChain({ scopes: SCOPES.map(({ name }) => name) });
  c.twin.faults.fail({ match: /v6.scopes|v1.connection/, status: 404, html: true, times: 3 });
  const found = await c.check();
  for (const name of ["scopes", "extras", "instances"]) {
    assertMatch(found[name] ?? "", /^– not checked: Feishu answered HTTP 404/);
  }
  assertEquals(Object.values(found).filter((text) => text.startsWith("✗")), []);
});

Deno.test("doctor offline checks this machine alone, also with half of the settings", async () => {
  await using c = await checkedChain();
  await c.twin.close();
  const good = await c.check({ offline: true });
  assertEquals(Object.entries(good).filter(([, text]) => !text.startsWith("✓")), []);
  assertEquals(good["network"], undefined);
  const half = await c.check({ offline: true }, {
    FEISHU_APP_SECRET: "",
    FEISHU_ALLOWED_USERS: "",
  });
  assertMatch(half["settings"] ?? "", /^✗ FEISHU_APP_SECRET is missing/);
  assertMatch(half["users"] ?? "", /^✗ everyone/);
  const all = await c.check({ offline: true }, { FEISHU_ALLOWED_USERS: "*" });
  assertMatch(all["users"] ?? "", /^✓ everyone/);
  assertMatch(half["opencode"] ?? "", /^✓ .*1\.18\.33/);
});

Deno.test("doctor tells of a new version once a day's asking, and nothing fails without an answer", async () => {
  await using c = await checkedChain();
  await using releases = await startReleases("9.0.0");
  const version = async (updates: string) =>
    (await c.check({}, { BRIDGE_UPDATES: updates }))["version"] ?? "";
  assertMatch(await version("off"), /^✓ 0\./);
  releases.faults.list = () => new Response("<html>");
  assertMatch(await version(releases.url), /^✓ 0\.[^]*whether there is a newer one: What .* is no/);
  delete releases.faults.list;
  for (let i = 0; i < 2; i++) {
    assertMatch(
      await version(releases.url),
      /^! version 9\.0\.0 is available; this is 0.* → run update/,
    );
  }
  assertEquals(releases.asked.length, 2);
  assertEquals((await c.check({ offline: true }))["version"], undefined);
});

Deno.test("with a bad setting, doctor checks all that does not rely on it, and says where to correct it", async () => {
  await using c = await checkedChain();
  const skipped: Record<string, string[]> = {
    BRIDGE_RENDER: [],
    BRIDGE_KEEP_FILES_MB: [],
    BRIDGE_ROOTS: [],
    FEISHU_ALLOWED_USERS: ["users"],
    OPENCODE_URL: ["opencode", "model", "asks"],
    FEISHU_APP_ID: [
      "network",
      "clock",
      "credentials",
      "bot",
      "scopes",
      "extras",
      "connection",
      "instances",
    ],
  };
  for (const [name, expected] of Object.entries(skipped)) {
    const found = await c.check({}, { [name]: "/,nope" });
    assertMatch(found["settings"] ?? "", new RegExp(`^✗ ${name} is .* → correct it in /.*env$`));
    const left = Object.keys(found).filter((check) => (found[check] ?? "").startsWith("–"));
    assertEquals(left, [...expected, "events", "callbacks", "consumers"], name);
  }
  for (const place of ["option", "environment"] as const) {
    const isOption = place === "option";
    const { out } = await runProgram(
      ["doctor", "--offline", ...isOption ? ["--cwd", "/nope"] : []],
      { cwd: Deno.cwd(), env: { BRIDGE_LANG: "en", ...!isOption && { OPENCODE_CWD: "/nope" } } },
    );
    assertMatch(
      out,
      isOption
        ? /^✗ settings: --cwd is "\/nope".* → correct this option$/m
        : /^✗ settings: OPENCODE_CWD is "\/nope".* → correct the environment variable OPENCODE_CWD$/m,
    );
    assertMatch(out, /^– opencode: not checked$/m);
  }
});

Deno.test("doctor gives the same advice once", async () => {
  await using dir = await tempDir();
  const { out } = await runProgram(["doctor", "--offline", "--state-dir", dir.path], {
    cwd: dir.path,
    env: { HOME: dir.path, BRIDGE_LANG: "en", OPENCODE_URL: "http://127.0.0.1:1" },
  });
  assertEquals(out.match(/is missing/g)?.length, 2, out);
  assertEquals(out.match(/ → set it in the env file, or run setup/g)?.length, 1, out);
});

Deno.test("doctor tells an opencode that is not there from one that cannot be run", async () => {
  await using c = await checkedChain();
  const check = async (command: string) =>
    (await c.check({ offline: true }, { OPENCODE_URL: "", OPENCODE_CMD: command }))["opencode"] ??
      "";
  for (const command of ["/etc/passwd", "/tmp"]) {
    assertMatch(
      await check(command),
      new RegExp(`^✗ ${command} is not an executable file: set[^→]+ → $`),
    );
  }
  for (const command of ["/nowhere/opencode", "no-such-opencode"]) {
    assertMatch(await check(command), new RegExp(`^✗ Cannot find ${command}: install[^→]+ → $`));
  }
});

Deno.test("doctor gives no general advice beside a sentence that says what to do", async () => {
  await using c = await checkedChain();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) =>
      new URL(request.url).pathname === "/api/info"
        ? Response.json({ version: "2.0.1" })
        : new Response("<html>", { headers: { "content-type": "text/html" } }),
  );
  const found = await c.check({ offline: true }, {
    OPENCODE_URL: `http://127.0.0.1:${server.addr.port}`,
  });
  assertMatch(found["opencode"] ?? "", /^✗ opencode 2\.0\.1 is too old: update it .+\) → $/);
  await server.shutdown();
});

Deno.test("doctor warns of an env file that others can read, and of names in it that are no settings", async () => {
  await using dir = await tempDir();
  const file = join(dir.path, ".env");
  const { envFileOpen, noSetting, meantSetting } = terminalTexts("en");
  const check = async (text: string, mode: number) => {
    const args = ["doctor", "--env-file", file, "--state-dir", join(dir.path, "state")];
    const options = { offline: true, live: false, report: () => {}, tell: () => {} };
    const env = "BRIDGE_LANG=en\nOPENCODE_URL=http://127.0.0.1:1\n";
    await Deno.writeTextFile(file, env + text);
    await Deno.chmod(file, mode);
    const findings = await runChecks(readArgs(args), options);
    return findings.filter(({ check, status }) => check === "settings" && status === "warn")
      .map(({ text, todo }) => [text, todo]);
  };
  const others = "DATABASE_URL=x\nSECRET=y\nexport PATH_TO=z\n";
  assertEquals(await check(others, 0o600), []);
  for (const mode of [0o644, 0o640, 0o604, 0o666]) {
    assertEquals(await check(others, mode), [
      [envFileOpen(file, `0${mode.toString(8)}`), `chmod 600 ${file}`],
    ]);
  }
  const unknown = [
    ["FEISHU_ALLOWED_USER", "FEISHU_ALLOWED_USERS"],
    ["BRIDGE_LANGUAGE", undefined],
    ["OPENCODE_CONFIG_CONTENT", undefined],
    ["EISHU_APP_ID", "FEISHU_APP_ID"],
  ] as const;
  for (const [name, close] of unknown) {
    assertEquals(await check(`${name}=x\n`, 0o600), [[noSetting(name, file), meantSetting(close)]]);
  }
});

Deno.test("doctor says that ./.env is not used, and which names there and in the environment were meant to be others", async () => {
  await using dir = await tempDir();
  const cwd = await Deno.realPath(dir.path);
  await Deno.writeTextFile(
    join(cwd, ".env"),
    "FEISHU_APPID=cli_0123456789abcdef\nFEISHU_APP_SECRET=x\n",
    {
      mode: 0o600,
    },
  );
  const { code, out } = await runProgram(["doctor", "--offline", "--state-dir", "state"], {
    cwd,
    env: {
      ...{ HOME: cwd, BRIDGE_LANG: "en", OPENCODE_URL: "http://127.0.0.1:1" },
      ...{ BRIDGE_RENDR: "post", FEISHU_BASE_URL: "of another program" },
    },
  });
  assertEquals(code, 1);
  assertMatch(
    out,
    /^! settings: BRIDGE_RENDR in the environment .* → did you mean BRIDGE_RENDER\?$/m,
  );
  assert(!out.includes("FEISHU_BASE_URL"), out);
  assertMatch(out, /^! settings: .*\.env is not used, because it does not name FEISHU_APP_ID$/m);
  assertMatch(out, /^! settings: FEISHU_APPID in .* → did you mean FEISHU_APP_ID\?$/m);
});

Deno.test("both languages name every check, and nothing else", () => {
  const names = ["settings", ...CHECKS.map(({ name }) => name)].toSorted();
  for (const language of ["en", "zh"] as const) {
    assertEquals(Object.keys(terminalTexts(language).checks).toSorted(), names);
  }
});

Deno.test("a check runs after the one that it depends on", () => {
  const names = CHECKS.map(({ name }) => name);
  for (const [i, { after }] of CHECKS.entries()) {
    for (const name of [after ?? []].flat()) assert(names.slice(0, i).includes(name), name);
  }
});

Deno.test("each trouble of opencode has its own remedy", async () => {
  await using c = await checkedChain();
  const { remedies, startServer, startService, checks } = terminalTexts("en");
  const dead = await c.check({ offline: true }, { OPENCODE_URL: "http://127.0.0.1:65000" });
  assertMatch(dead["opencode"] ?? "", new RegExp(`→ ${startServer}`));
  const meaning = (code: number) => CODES_AT.connection[code]?.meaning;
  const rows: [CheckName, string, string][] = [
    ["opencode", "Cannot find opencode", checks.opencode.todo],
    [
      "opencode",
      "opencode ended at start with code 1: ValueExpected --- End --- EROFS",
      remedies.writable,
    ],
    ["opencode", "opencode ended at start with code 1: --- Errors --- x", remedies.configuration],
    [
      "model",
      "opencode's configuration /a.json is broken: x (GET /config: 400)",
      remedies.configuration,
    ],
    ["opencode", "opencode ended at start with code 7: it said nothing", remedies.startByHand],
    ["opencode", "opencode did not come up within 60 s: see x", remedies.startByHand],
    ["opencode", "Cannot assign requested address", remedies.loopback],
    ["opencode", "Read-only file system: writefile '/x'", remedies.writable],
    ["state", "Read-only file system: chmod '/x'", checks.state.todo],
    [
      "network",
      "x: client error (Connect): invalid peer certificate: UnknownIssuer",
      remedies.certificate,
    ],
    [
      "credentials",
      "Cannot reach Feishu: unable to verify the first certificate",
      remedies.certificate,
    ],
    ["network", "x: client error (Connect): proxy authentication required", remedies.proxy],
    ["connection", "down: Cannot reach Feishu: the proxy p:1 cannot be reached: x", remedies.proxy],
    ["network", "x: client error (Connect): dns error", checks.network.todo],
    ["connection", `${meaning(514)} (514: auth failed)`, checks.credentials.todo],
    ["connection", `${meaning(1000040346)} (1000040346: x)`, checks.credentials.todo],
    ["connection", `${meaning(1000040350)} (1000040350: x)`, checks.instances.todo],
    ["connection", `${meaning(403)} (403: forbidden)`, checks.events.todo],
    ["connection", "no connection in time", checks.connection.todo],
  ];
  const opencode = { server: {} } as unknown as CheckContext["opencode"];
  for (const [name, text, todo] of rows) {
    assertEquals(remedyOf(name, text, { texts: terminalTexts("en"), opencode }), todo, text);
  }
  const service = { attached: { isService: true } } as unknown as CheckContext["opencode"];
  const of = { texts: terminalTexts("en"), opencode: service };
  assertEquals(remedyOf("opencode", "it does not answer", of), startService);
});

Deno.test("doctor --json has words, and all of it without places for temporary files or df", async () => {
  await using dir = await tempDir();
  await using server = startServer([{ id: "mine", name: "Mine", models: {} }], {});
  const { out } = await runProgram(["doctor", "--offline", "--json", "--state-dir", "state"], {
    cwd: dir.path,
    env: {
      HOME: dir.path,
      TMPDIR: join(dir.path, "none"),
      PATH: "/nonexistent",
      FEISHU_ALLOWED_USERS: "pair",
      OPENCODE_URL: `http://127.0.0.1:${server.addr.port}`,
    },
  });
  const found: { check: string; status: string; text: string }[] = JSON.parse(out);
  const statuses = Object.fromEntries(found.map(({ check, status }) => [check, status]));
  assertEquals(statuses, {
    settings: "fail",
    users: "ok",
    state: "ok",
    disk: "warn",
    undelivered: "ok",
    calls: "ok",
    opencode: "ok",
    model: "ok",
    asks: "ok",
  });
  assertEquals(found.filter(({ text }) => /NaN|undefined/.test(text)), []);
});

Deno.test("each line of doctor is in the language of the terminal", async () => {
  await using dir = await tempDir();
  for (
    const [lang, calls] of [["zh_CN.UTF-8", /本月 0 次，今天 0 次/], [
      "en_US.UTF-8",
      /0 this month, 0 today/,
    ]] as const
  ) {
    const { out } = await runProgram([
      "doctor",
      "--offline",
      "--state-dir",
      join(dir.path, "state"),
    ], {
      cwd: dir.path,
      env: { LANG: lang, LC_ALL: "", LC_MESSAGES: "", FEISHU_DOMAIN: "http://127.0.0.1:1" },
    });
    assertMatch(out, calls);
  }
});

/** Whether a line has an English sentence in it: four words in a row, commands to type apart. */
function isEnglish(line: string): boolean {
  const words = line.replaceAll(/npm install -g \S+|opencode auth login|"[^"]*"|https?:\S+/g, "");
  return /(?:\b[a-z][a-z']+ ){3}[a-z]/i.test(words);
}

Deno.test("doctor is in Chinese throughout, whatever is broken", async () => {
  await using c = await checkedChain();
  const closed = `http://127.0.0.1:${freePort()}`;
  const faults: [string, Record<string, string>, (() => void)?][] = [
    ["a wrong secret", { FEISHU_APP_SECRET: "not-it" }],
    ["no Feishu", { FEISHU_DOMAIN: closed }],
    ["no opencode", { OPENCODE_URL: closed }],
    ["opencode not installed", { OPENCODE_URL: "", OPENCODE_CMD: "/nonexistent/opencode" }],
    ["opencode that ends", { OPENCODE_URL: "", OPENCODE_CMD: "/bin/false" }],
    ["bad settings", { BRIDGE_RENDER: "x", BRIDGE_ASK_TIMEOUT_S: "0", FEISHU_APP_ID: "y" }],
    ["missing settings", { FEISHU_APP_ID: "", FEISHU_APP_SECRET: "" }],
    [
      "a refusal of everything",
      {},
      () => c.twin.faults.fail({ match: /bot\/v3/, status: 400, code: 99991672, times: 9 }),
    ],
  ];
  for (const [name, changed, begin] of faults) {
    begin?.();
    const found = await c.check({}, { BRIDGE_LANG: "zh", ...changed });
    const english = Object.entries(found).filter(([, line]) => isEnglish(line));
    assertEquals(english, [], name);
    assert(Object.values(found).some((line) => line.startsWith("✗")), name);
  }
});
