/** `setup`, as a process, with a registration server behind TLS before the twin. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join, resolve } from "@std/path";
import { gunzipSync } from "node:zlib";
import { Buffer } from "node:buffer";
// What the child imports must be in the cache already: it may not ask for it.
import "../../lib/cli/setup.ts";
import { RUN_FLAGS } from "../../lib/cli/program.ts";
import { SCOPES } from "../../lib/feishu/rest/scopes.ts";
import { startTwin, type Twin } from "../../lib/demo/feishu_twin/twin.ts";
import { freePort } from "../../lib/opencode/server/process.ts";
import { tempDir } from "../helpers.ts";
import { onTerminal } from "./on_terminal.ts";
import { runProgram } from "./run_program.ts";

const ROOT = fromFileUrl(new URL("../..", import.meta.url));
/** The binary to test in place of the sources, when there is one: see `deno task test:binary`. */
const BINARY = Deno.env.get("BRIDGE_BINARY");

/** A certificate for 127.0.0.1 that nobody else knows. */
async function certificate(dir: string): Promise<{ cert: string; key: string; file: string }> {
  const file = join(dir, "cert.pem");
  const { success, stderr } = await new Deno.Command("openssl", {
    args: [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-keyout", join(dir, "key.pem"), "-out", file, "-days", "2", "-subj", "/CN=test"],
      ...["-addext", "subjectAltName=IP:127.0.0.1"],
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
    ],
    stderr: "piped",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return {
    cert: await Deno.readTextFile(file),
    key: await Deno.readTextFile(join(dir, "key.pem")),
    file,
  };
}

/** What a poll is answered; `undefined` breaks the connection off. */
type Answer = (twin: Twin, polls: number) => Record<string, unknown> | undefined;

/** Runs `setup`, or `start` on a terminal, against a registration that answers polls so. */
async function register(
  answer: Answer,
  args: string[] = [],
  input: string | ((twin: Twin) => string) = "",
  files = {},
  name: "setup" | "start" = "setup",
) {
  await using dir = await tempDir();
  await using twin = await startTwin();
  const { file, ...tls } = await certificate(dir.path);
  let polls = 0;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {}, ...tls },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      if (pathname === "/oauth/v1/app/registration") {
        const form = await request.formData();
        if (form.get("action") === "begin") {
          return Response.json({
            device_code: "device",
            verification_uri_complete: "https://accounts.example/scan?code=1",
            expires_in: 600,
            interval: 0.02,
          });
        }
        const body = answer(twin, polls++);
        if (body === undefined) {
          return new Response(
            new ReadableStream({ pull: (stream) => stream.error(new Error("gone")) }),
          );
        }
        return Response.json(body, { status: "error" in body ? 400 : 200 });
      }
      const { method, headers } = request;
      const body = method === "POST" ? { body: await request.text() } : {};
      return await fetch(`${twin.url}${pathname}${search}`, { method, headers, ...body });
    },
  );
  for (const [name, text] of Object.entries<string>(files)) {
    await Deno.writeTextFile(join(dir.path, name), text);
  }
  const domain = `https://127.0.0.1:${server.addr.port}`;
  // The lock file names every npm package. Without it Deno resolves them anew when the SDK is imported,
  // and asks the registry for the optional ones too, which it cannot reach with this certificate. A copy,
  // because the stand-ins for jsr.io change it.
  const lock = join(dir.path, "deno.lock");
  await Deno.copyFile(join(ROOT, "deno.lock"), lock);
  const sources = [
    ...[Deno.execPath(), "run", ...RUN_FLAGS, "--no-check", `--lock=${lock}`],
    ...[`--config=${join(ROOT, "deno.json")}`, join(ROOT, "main.ts")],
  ];
  const program = BINARY === undefined ? sources : [resolve(ROOT, BINARY)];
  const run = (name: string, args: readonly string[]) => {
    const words = [...program, name, "--state-dir", "state", ...args];
    const [command = "", ...rest] = name === "start" ? onTerminal(words) : words;
    return new Deno.Command(command, {
      args: rest,
      cwd: dir.path,
      env: {
        FEISHU_DOMAIN: domain,
        BRIDGE_LANG: "en",
        OPENCODE_CMD: "/nonexistent/opencode",
        NODE_EXTRA_CA_CERTS: file,
        DENO_CERT: file,
        NO_COLOR: "1",
        ...name === "start" && { OPENCODE_URL: `http://127.0.0.1:${freePort()}` },
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  };
  const child = run(name, args);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(typeof input === "string" ? input : input(twin)));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  if (name === "start") {
    // The bridge acknowledges that the chat was opened once a greeting for it would be written down.
    await twin.until(() => twin.connections() > 0);
    twin.extras.openChat(twin.user.openId);
    await twin.until(() => twin.acks.length > 0);
    await ended(run("stop", []));
  }
  const text = new TextDecoder();
  const read = (name: string) => Deno.readTextFile(join(dir.path, name)).catch(() => "");
  return {
    code,
    said: text.decode(stdout) + text.decode(stderr),
    env: await read("state/.env"),
    here: await read(".env"),
    named: await read("repaired.env"),
    backup: await read("repaired.env.bak"),
    twin: {
      app: twin.app,
      user: twin.user,
      sent: twin.botMessages().map((one) => twin.plain(one)),
    },
    domain,
  };
}

async function ended(child: Deno.ChildProcess): Promise<void> {
  await child.stdin.close();
  await child.output();
}

const agreed: Answer = ({ app, user }, polls) =>
  polls < 2 ? { error: "authorization_pending" } : {
    client_id: app.id,
    client_secret: app.secret,
    user_info: { open_id: user.openId, tenant_brand: "feishu" },
  };

Deno.test("a person who scans the code gets an app, is its first user, and hears how everything is", async () => {
  const { said, env, domain, twin } = await register(agreed);
  assertEquals(
    env,
    `FEISHU_APP_ID=${twin.app.id}\nFEISHU_APP_SECRET=${twin.app.secret}\n` +
      `FEISHU_DOMAIN=${domain}\nFEISHU_ALLOWED_USERS=${twin.user.openId}\n`,
  );
  assert(!said.includes(twin.app.secret));
  const [url = ""] = /https:\/\/accounts\.example\S+/.exec(said) ?? [];
  const addons = new URL(url).searchParams.get("addons") ?? "";
  const asked = JSON.parse(gunzipSync(Buffer.from(addons, "base64url")).toString());
  const wanted = SCOPES.filter(({ kind }) => kind !== "admin").map(({ name }) => name);
  assertEquals(asked.scopes.tenant, wanted);
  assert(asked.events.items.tenant.includes("im.message.receive_v1"));
  assertEquals(asked.callbacks.items, ["card.action.trigger"]);
  // Not Feishu's own template of an agent, and no other app of the same person.
  assertEquals(asked.preset, false);
  assertEquals(new URL(url).searchParams.get("createOnly"), "true");
  // Feishu may ignore what was asked for.
  assertMatch(said, /! extras: without cardkit:[^]* → .*setup --repair/);
  // The doctor has come.
  assertMatch(said, /✓ app id and secret: cli_[^]*✓ long connection/);
  assertMatch(said, /✗ opencode/);
  // So that nobody has to look for the bot.
  assertMatch(said, /^The bot has written to you in Feishu\.$/m);
  assertMatch(twin.sent.join(), /Hello! I connect you to .*opencode.*start` has run/);
});

Deno.test("start makes the app where there are no settings, and the bot greets its owner once", async () => {
  const { said, code, env, twin } = await register(agreed, [], "", {}, "start");
  // On a busy machine it may be ready only after `start` has stopped waiting.
  const begun = /bridge ready \(pid|The bridge runs, but is not ready after 10 s/.exec(said)?.[0];
  assertEquals(code, begun?.startsWith("bridge ready") ? 0 : 1, said);
  assert(begun !== undefined, said);
  assertMatch(said, /Written to [^]*The bot has written to you in Feishu/);
  assertMatch(env, new RegExp(`FEISHU_ALLOWED_USERS=${twin.user.openId}`));
  // Who opens the chat now has been greeted.
  assertEquals(twin.sent.filter((text) => text.startsWith("Hello!")).length, 1, twin.sent.join());
});

Deno.test("setup --repair asks for what the app of the settings lacks, and changes no other setting", async () => {
  const settings = (id: string, secret: string) =>
    `FEISHU_APP_ID=${id}\nFEISHU_APP_SECRET=${secret}\nFEISHU_ALLOWED_USERS=ou_mine\n`;
  const app = { id: "cli_0123456789abcdef", secret: "old-s3cr3t-value" };
  const renewed = "new-s3cr3t-value";
  const answer = (id: string): Answer => () => ({
    client_id: id,
    client_secret: renewed,
    user_info: { open_id: "ou_other", tenant_brand: "feishu" },
  });
  const given = { "repaired.env": settings(app.id, app.secret) };
  const args = ["--repair", "--env-file", "repaired.env"];
  const { said, named } = await register(answer(app.id), args, "", given);
  const [url = ""] = /https:\/\/accounts\.example\S+/.exec(said) ?? [];
  const { searchParams } = new URL(url);
  assertEquals([searchParams.get("clientID"), searchParams.get("createOnly")], [app.id, null]);
  assert(searchParams.has("addons"));
  assertEquals(named, settings(app.id, renewed));
  const other = await register(answer("cli_fedcba9876543210"), args, "", given);
  assertEquals([other.code, other.named], [1, given["repaired.env"]]);
  assertMatch(other.said, /cli_fedcba9876543210 was changed, and not cli_0123456789abcdef/);
  const both = await register(agreed, ["--repair", "--manual"]);
  assertEquals(both.code, 2);
});

Deno.test("a bad moment of the network while they scan does not lose the app", async () => {
  const { env, twin, code, said } = await register((twin, polls) =>
    polls === 1 ? undefined : agreed(twin, polls)
  );
  assertMatch(env, new RegExp(`^FEISHU_APP_SECRET=${twin.app.secret}$`, "m"), `${code}: ${said}`);
});

Deno.test("an app that ./.env names is replaced there, and nothing else", async () => {
  const old = "# mine\nFEISHU_APP_ID=cli_old\nBRIDGE_LANG=en\n";
  const { here, env, twin } = await register(agreed, ["--cwd", ROOT], "", { ".env": old });
  assertEquals(env, "");
  assert(here.startsWith(`# mine\nFEISHU_APP_ID=${twin.app.id}\nBRIDGE_LANG=en\n`), here);
});

Deno.test("setup writes nothing into a file of the agent's directory that nobody named", async () => {
  const old = "FEISHU_APP_ID=cli_old\n";
  const { code, said, here, env } = await register(agreed, [], "", { ".env": old });
  assertEquals([code, here, env], [2, old, ""]);
  assertMatch(said, /names an app, and lies inside the agent's directory.*--env-file/);
});

Deno.test("setup never leaves the list of users empty, even if Feishu does not say who agreed", async () => {
  const nameless: Answer = (twin, polls) => ({ ...agreed(twin, polls + 2), user_info: {} });
  const { env } = await register(nameless);
  assertMatch(env, /^FEISHU_ALLOWED_USERS=pair$/m);
});

Deno.test("a code that expired or was declined is one sentence, and nothing is written", async () => {
  for (const [error, sentence] of [["expired_token", "expired"], ["access_denied", "declined"]]) {
    const { code, said, env } = await register(() => ({ error }));
    assertEquals([code, env], [1, ""]);
    assertMatch(said, new RegExp(`feishu-opencode-bridge: .*${sentence}.*run setup again`));
  }
});

Deno.test("setup says that the network is away, and not that Feishu refused", async () => {
  const away = `127.0.0.1:${freePort()}`;
  await using dir = await tempDir();
  const app = { FEISHU_APP_ID: `cli_${"0".repeat(16)}`, FEISHU_APP_SECRET: "x" };
  for (
    const [flags, lang, start] of [
      [[], "en", "Cannot reach"],
      [["--repair"], "en", "Cannot reach"],
      [[], "zh", "无法连接"],
    ] as const
  ) {
    const { code, err } = await runProgram(["setup", ...flags, "--state-dir", "state"], {
      cwd: dir.path,
      env: {
        ...flags.length > 0 && app,
        ...{ FEISHU_DOMAIN: `https://${away}`, BRIDGE_LANG: lang, FEISHU_ALLOWED_USERS: "pair" },
      },
    });
    assertEquals(code, 1, err);
    assertMatch(err, new RegExp(`: ${start} ${away}.*HTTPS_PROXY`));
    assert(!/--manual|ERR_/.test(err), err);
  }
});

Deno.test("setup --repair that Feishu refuses says what to do by hand", async () => {
  const named = {
    "app.env":
      "FEISHU_APP_ID=cli_0123456789abcdef\nFEISHU_APP_SECRET=x\nFEISHU_ALLOWED_USERS=pair\n",
  };
  const { code, said } = await register(
    () => ({ error: "server_error" }),
    ["--repair", "--env-file", "app.env"],
    "",
    named,
  );
  assertEquals(code, 1, said);
  assertMatch(
    said,
    /did not change the app \(.*by hand on https:\/\/127.*\/app\/cli_0123456789abcdef/,
  );
});

Deno.test("setup --manual takes id and secret from standard input, once Feishu has taken them", async () => {
  const typed = ({ app }: Twin) => `${app.id}\n${app.secret}\n`;
  const { env, said, twin } = await register(agreed, ["--manual"], typed);
  assert(said.includes(`/client/bot/open?appId=${twin.app.id}\n`), said);
  assertMatch(env, new RegExp(`^FEISHU_APP_ID=${twin.app.id}\n[^]*FEISHU_ALLOWED_USERS=pair\n`));
  assert(!said.includes(twin.app.secret));
  // What comes next, in the order of the console; nothing is waited for that cannot come yet.
  assertMatch(
    said,
    /– messages arrive[^]*1\. start[^]*im\.message\.receive_v1[^]*card\.action[^]*publish/,
  );
  const wrong = await register(agreed, ["--manual"], "nonsense\n");
  assertEquals([wrong.code, wrong.env], [2, ""]);
  assertMatch(wrong.said, /FEISHU_APP_ID must be cli_[^]*FEISHU_APP_SECRET must be/);
});

Deno.test("setup --manual writes nothing that Feishu refuses, and keeps users and the old settings", async () => {
  const old =
    "FEISHU_APP_ID=cli_0123456789abcdef\nFEISHU_ALLOWED_USERS=ou_a,ou_b\nBRIDGE_LANG=en\n";
  const args = ["--manual", "--env-file", "repaired.env"];
  const files = { "repaired.env": old };
  const refused = await register(agreed, args, ({ app }) => `${app.id}\nnot-it\n`, files);
  assertEquals([refused.code, refused.named, refused.backup], [1, old, ""]);
  assertMatch(refused.said, /Feishu refuses FEISHU_APP_ID/);
  const { named, backup, twin, said } = await register(
    agreed,
    args,
    ({ app }) => `${app.id}\n${app.secret}\n`,
    files,
  );
  assertEquals(backup, old);
  assertMatch(named, new RegExp(`^FEISHU_APP_ID=${twin.app.id}\nFEISHU_ALLOWED_USERS=ou_a,ou_b\n`));
  assertMatch(said, /FEISHU_ALLOWED_USERS stays: ou_a,ou_b[^]*kept: .*repaired\.env\.bak/);
});
