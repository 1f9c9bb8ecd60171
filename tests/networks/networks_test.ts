/** The program behind proxies and among certificates of others, as a process. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { keptPort } from "../kept_port.ts";
import { AUTHORITY, startFront } from "./front.ts";
import { startProxy } from "./proxy.ts";
import { startBridge } from "./start_bridge.ts";

/** A proxy of this name knows everything that goes to it, and lets nothing pass. */
const DEAD = "http://user:pr0xy-pass@127.0.0.1:1";
const UP = /Feishu connection is up/;

for (const name of ["http_proxy", "HTTP_PROXY", "ALL_PROXY"]) {
  Deno.test(`what runs on this machine is never reached through ${name}`, async () => {
    await using twin = await startTwin();
    await using proxy = startProxy();
    const env = { [name]: `http://127.0.0.1:${proxy.port}`, no_proxy: "example.org" };
    await using bridge = await startBridge(twin, { domain: twin.url, env });
    await bridge.printed(/bridge ready/);
    assertEquals([proxy.targets, bridge.asked.bad], [[], 0]);
    assert(bridge.asked.good > 0);
  });
}

Deno.test("with everything in its cache, the program starts where nothing but this machine is in reach", async () => {
  await using twin = await startTwin();
  const env = { ALL_PROXY: DEAD, npm_config_registry: "http://registry.test/" };
  await using bridge = await startBridge(twin, { domain: twin.url, env });
  await bridge.printed(/bridge ready/);
});

Deno.test("calls and the long connection go through HTTPS_PROXY with its password, which is never shown", async () => {
  await using twin = await startTwin();
  await using front = await startFront(twin);
  await using proxy = startProxy({ login: "me:pr0xy@pass" });
  const env = {
    HTTPS_PROXY: `http://me:pr0xy%40pass@127.0.0.1:${proxy.port}`,
    NODE_EXTRA_CA_CERTS: AUTHORITY,
  };
  await using bridge = await startBridge(twin, { domain: front.url, env });
  await bridge.printed(UP);
  const id = twin.say({ text: "/status" });
  await twin.until(() => twin.acks.find(({ messageId, code }) => messageId === id && code === 200));
  assertEquals(new Set(proxy.targets), new Set([`open.test:${front.port}`]));
  assertEquals(bridge.output.includes("pr0xy"), false, bridge.output);
});

Deno.test("both go through a proxy of SOCKS, too, with its password", async () => {
  await using twin = await startTwin();
  await using front = await startFront(twin);
  for (const login of [undefined, "me:pr0xy@pass"]) {
    await using proxy = startProxy({ isSocks: true, ...(login && { login }) });
    const env = {
      ALL_PROXY: `socks5://${login ? "me:pr0xy%40pass@" : ""}127.0.0.1:${proxy.port}`,
      NODE_EXTRA_CA_CERTS: AUTHORITY,
    };
    await using bridge = await startBridge(twin, { domain: front.url, env });
    await bridge.printed(UP);
    assertEquals(new Set(proxy.targets), new Set([`open.test:${front.port}`]));
  }
});

Deno.test("both pass over a proxy that Deno cannot use, as GNOME's socks://", async () => {
  await using twin = await startTwin();
  await using front = await startFront(twin);
  await using proxy = startProxy();
  const env = {
    all_proxy: "socks://127.0.0.1:1/",
    https_proxy: `http://127.0.0.1:${proxy.port}/`,
    no_proxy: "localhost,127.0.0.0/8,::1",
    NODE_EXTRA_CA_CERTS: AUTHORITY,
  };
  await using bridge = await startBridge(twin, { domain: front.url, env });
  await bridge.printed(UP);
  assertEquals(new Set(proxy.targets), new Set([`open.test:${front.port}`]));
});

Deno.test("a proxy that wants a password is named in one sentence", async () => {
  await using twin = await startTwin();
  await using front = await startFront(twin);
  await using proxy = startProxy({ login: "me:right" });
  for (const login of ["", "me:wr0ng-pass@"]) {
    const env = {
      HTTPS_PROXY: `http://${login}127.0.0.1:${proxy.port}`,
      NODE_EXTRA_CA_CERTS: AUTHORITY,
    };
    await using bridge = await startBridge(twin, { domain: front.url, env });
    await bridge.printed(new RegExp(`the proxy 127.0.0.1:${proxy.port} .*HTTPS_PROXY.*407`, "i"));
    assertEquals(bridge.output.includes("wr0ng-pass"), false, bridge.output);
  }
});

Deno.test("a proxy that goes away and comes back costs seconds", async () => {
  await using twin = await startTwin();
  await using front = await startFront(twin);
  const port = keptPort();
  const first = startProxy({ port });
  const env = { HTTPS_PROXY: `127.0.0.1:${port}`, SSL_CERT_FILE: AUTHORITY };
  await using bridge = await startBridge(twin, { domain: front.url, env });
  await bridge.printed(UP);
  await first[Symbol.asyncDispose]();
  await bridge.printed(
    new RegExp(`connection lost: .*proxy 127.0.0.1:${port} cannot be reached`, "i"),
  );
  await using _second = startProxy({ port });
  await bridge.printed(UP, 2);
});

Deno.test("NO_PROXY excepts Feishu", async () => {
  await using twin = await startTwin();
  await using front = await startFront(twin, "localhost");
  const env = { HTTPS_PROXY: DEAD, NO_PROXY: "example.org", DENO_CERT: AUTHORITY };
  await using bridge = await startBridge(twin, { domain: front.url, env });
  await bridge.printed(UP);
});

for (const name of ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "DENO_CERT"]) {
  Deno.test(`calls and the long connection believe the certificates of ${name}`, async () => {
    await using twin = await startTwin();
    await using front = await startFront(twin, "localhost");
    const env = { [name]: AUTHORITY };
    await using bridge = await startBridge(twin, { domain: front.url, env });
    await bridge.printed(UP);
  });
}

Deno.test("an unknown issuer is named, and what to do about it", async () => {
  await using twin = await startTwin();
  await using front = await startFront(twin, "localhost");
  await using bridge = await startBridge(twin, { domain: front.url });
  await bridge.printed(/certificate/i);
  assertStringIncludes(bridge.output, "NODE_EXTRA_CA_CERTS");
});

Deno.test("a certificate file that cannot be read is said, and breaks nothing else", async () => {
  await using twin = await startTwin();
  const missing = { SSL_CERT_FILE: "/nonexistent/a.pem", DENO_CERT: "/nonexistent/b.pem" };
  await using bridge = await startBridge(twin, { domain: twin.url, env: missing });
  await bridge.printed(UP);
  for (const [name, path] of Object.entries(missing)) {
    assertStringIncludes(bridge.output, `${name} names ${path}, which cannot be read`);
  }
});
