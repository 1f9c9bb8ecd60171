import { assertEquals } from "@std/assert";
import { prepareNetwork } from "../../../lib/base/network/network.ts";
import { proxyFor } from "../../../lib/base/network/proxy.ts";

/** An environment of its own. */
function environment(variables: Record<string, string>) {
  const all = new Map(Object.entries(variables));
  return {
    all,
    get: (name: string) => all.get(name),
    set: (name: string, value: string) => void all.set(name, value),
    delete: (name: string) => void all.delete(name),
  };
}

Deno.test("the proxy of a URL is that of Deno's fetch", () => {
  // Observed with the fetch of Deno 2.7.11 and 2.9.6.
  const rows: [Record<string, string>, string, string | undefined][] = [
    [{}, "https://open.feishu.cn", undefined],
    [{ HTTPS_PROXY: "http://p:1" }, "https://open.feishu.cn", "http://p:1/"],
    [{ HTTPS_PROXY: "http://p:1" }, "wss://open.feishu.cn", "http://p:1/"],
    [{ HTTPS_PROXY: "http://p:1" }, "ws://open.feishu.cn", undefined],
    [{ http_proxy: "p:1" }, "ws://open.feishu.cn", "http://p:1/"],
    [{ HTTPS_PROXY: "", https_proxy: "http://p:1" }, "wss://a.b", "http://p:1/"],
    [{ ALL_PROXY: "http://all:1", HTTPS_PROXY: "http://p:1" }, "wss://a.b", "http://all:1/"],
    [{ HTTPS_PROXY: "http://P:1", https_proxy: "http://p:2" }, "wss://a.b", "http://p:1/"],
    [{ HTTPS_PROXY: "::" }, "wss://a.b", undefined],
    [{ ALL_PROXY: "socks5://s:1", HTTPS_PROXY: "http://p:1" }, "wss://a.b", "socks5://s:1"],
    [{ HTTPS_PROXY: "socks5h://me:pw@s" }, "wss://a.b", "socks5h://me:pw@s"],
    [{ ALL_PROXY: "socks://s:1/", https_proxy: "http://p:1/" }, "wss://a.b", "http://p:1/"],
    [{ ALL_PROXY: "socks4://s:1", all_proxy: "http://p:1" }, "wss://a.b", "http://p:1/"],
    [{ ALL_PROXY: "socks://s:1" }, "wss://a.b", undefined],
  ];
  for (const [env, url, proxy] of rows) {
    assertEquals(proxyFor(new URL(url), environment(env))?.href, proxy, JSON.stringify([env, url]));
  }
});

Deno.test("NO_PROXY excepts all, networks, addresses, and domains with what is below them", () => {
  const rows: [string, string, boolean][] = [
    ["*", "https://a.b", true],
    ["feishu.cn", "https://open.feishu.cn", true],
    [".feishu.cn", "https://open.feishu.cn", true],
    ["*.feishu.cn", "https://open.feishu.cn", true],
    [" x.y , Feishu.CN ", "https://open.feishu.cn", true],
    ["feishu.cn", "https://notfeishu.cn", false],
    ["10.0.0.0/8", "https://10.1.2.3", true],
    ["10.0.0.0/8", "https://11.1.2.3", false],
    ["10.0.0.0/8", "https://10.example", false],
    ["::2", "https://[::2]:8", true],
    ["", "https://a.b", false],
    ["", "http://127.0.0.1:4096", true],
    ["a.b", "http://127.1.2.3", true],
    ["a.b", "http://localhost:1", true],
    ["a.b", "http://x.localhost:1", true],
    ["a.b", "http://[::1]:1", true],
  ];
  for (const [noProxy, url, isDirect] of rows) {
    for (const name of ["NO_PROXY", "no_proxy"]) {
      const env = environment({ ALL_PROXY: "http://p:1", [name]: noProxy });
      assertEquals(proxyFor(new URL(url), env) === undefined, isDirect, `${noProxy} ${url}`);
    }
  }
});

Deno.test("the network is left as it is where nothing says otherwise", () => {
  const env = environment({ PATH: "/bin" });
  assertEquals(prepareNetwork(env), []);
  assertEquals(env.get("NO_PROXY") ?? env.get("DENO_CERT"), undefined);
  assertEquals(env.get("DENO_TLS_CA_STORE"), "system,mozilla");
  const own = environment({ DENO_TLS_CA_STORE: "mozilla", DENO_CERT: import.meta.filename ?? "" });
  prepareNetwork(own);
  assertEquals(own.get("DENO_TLS_CA_STORE"), "mozilla");
});

Deno.test("a proxy's exceptions keep what the user said, and add this machine", () => {
  const env = environment({ https_proxy: "http://p:1", no_proxy: "a.b,127.0.0.1" });
  prepareNetwork(env);
  assertEquals(env.get("NO_PROXY"), "a.b,127.0.0.1,localhost,127.0.0.0/8,::1,[::1]");
  assertEquals(env.get("no_proxy"), env.get("NO_PROXY"));
  // Deno's fetch takes no star before a domain.
  const starred = environment({ https_proxy: "http://p:1", no_proxy: "*.a.b, *" });
  prepareNetwork(starred);
  assertEquals(starred.get("NO_PROXY"), ".a.b,*,localhost,127.0.0.1,127.0.0.0/8,::1,[::1]");
});
