import { assertEquals, assertMatch } from "@std/assert";
import { networkReason } from "../../../lib/base/network/network_reason.ts";
import { freePort } from "../../../lib/opencode/server/process.ts";
import { tempDir } from "../../helpers.ts";
import { runProgram } from "../../cli/run_program.ts";

async function reasonOf(url: string, signal?: AbortSignal): Promise<string> {
  const error = await fetch(url, { ...(signal && { signal }) }).then(() => "an answer", (e) => e);
  return networkReason(error, new URL(url));
}

Deno.test("a request that fails is told by its reason, without the layers of the client", async () => {
  const nobody = `http://127.0.0.1:${freePort()}/(a): b`;
  assertEquals(await reasonOf(nobody), "Connection refused");
  assertMatch(await reasonOf("http://nobody.invalid/"), /^dns error: /);
  const over = AbortSignal.abort(new DOMException("", "TimeoutError"));
  assertEquals(await reasonOf(nobody, over), "no answer in time");
});

Deno.test("a proxy that cannot be found or reached is named", async () => {
  await using dir = await tempDir();
  const port = freePort();
  for (
    const [proxy, host, why] of [
      ["http://nobody.invalid:3128", "nobody.invalid:3128", "dns error"],
      ["nobody.invalid:3128", "nobody.invalid:3128", "dns error"],
      [`http://127.0.0.1:${port}`, `127.0.0.1:${port}`, "Connection refused"],
      [`socks5://127.0.0.1:${port}`, `127.0.0.1:${port}`, ""],
    ] as const
  ) {
    const { out } = await runProgram(["doctor"], {
      cwd: dir.path,
      env: {
        HTTPS_PROXY: proxy,
        FEISHU_DOMAIN: "https://feishu.invalid",
        BRIDGE_UPDATES: "off",
        OPENCODE_CMD: "/none/opencode",
        FEISHU_APP_ID: "cli_0123456789abcdef",
        FEISHU_APP_SECRET: "s3cr3t",
        FEISHU_ALLOWED_USERS: "pair",
        BRIDGE_STATE_DIR: `${dir.path}/state`,
      },
    });
    assertMatch(
      out,
      new RegExp(
        `✗ network: .*the proxy ${host} cannot be reached: ${why}.* → correct HTTPS_PROXY`,
      ),
      proxy,
    );
  }
});
