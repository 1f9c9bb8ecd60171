import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { NetworkError, UsageError } from "../../../lib/base/errors.ts";
import { TenantToken } from "../../../lib/feishu/rest/token.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { knownSecrets } from "../../../lib/base/secrets/known_secrets.ts";
import { VirtualTime } from "../../virtual_time.ts";
import { credentials, feishuApi, tempDir } from "../../helpers.ts";

Deno.test("a token is fetched once for all who wait, and kept", async () => {
  await using twin = await startTwin();
  const token = new TenantToken(credentials(twin));
  const all = await Promise.all([token.get(), token.get(), token.get()]);
  assertEquals(new Set([...all, await token.get()]).size, 1);
  assertEquals(twin.requests.length, 1);
});

Deno.test("a refused token is fetched anew, a newer one stays", async () => {
  await using twin = await startTwin();
  const token = new TenantToken(credentials(twin));
  const first = await token.get();
  twin.faults.revokeToken();
  token.refused(first);
  const second = await token.get();
  assertNotEquals(second, first);
  token.refused(first);
  assertEquals(await token.get(), second);
  assertEquals(twin.requests.length, 2);
});

Deno.test("a token that is about to end is used, and not fetched in a loop", async () => {
  await using twin = await startTwin();
  const first = new TenantToken(credentials(twin));
  await first.get();
  // Feishu gives the same token again as long as it has half an hour to live.
  twin.clock.advance(7_200_000 - 1_801_000);
  const late = new TenantToken(credentials(twin));
  await late.get();
  await late.get();
  assertEquals(twin.requests.length, 2);
});

Deno.test("wrong credentials are the user's mistake: exit code 1, and what to do", async () => {
  await using twin = await startTwin();
  const wrong = [
    { ...credentials(twin), appSecret: "wrong-secret" },
    { ...credentials(twin), appId: "cli_0000000000000000" },
  ];
  for (const one of wrong) {
    const error = await assertRejects(() => new TenantToken(one).get(), UsageError);
    assertEquals(error.exitCode, 1);
    assert(error.message.includes("FEISHU_APP_SECRET"), error.message);
    assert(!error.message.includes(one.appSecret), error.message);
  }
});

Deno.test("refused credentials are believed for half a minute, then Feishu is asked again", async () => {
  await using twin = await startTwin();
  const token = new TenantToken({ ...credentials(twin), appSecret: "wrong-secret" });
  using time = new VirtualTime();
  const refused = async () => {
    await assertRejects(() => token.get(), UsageError);
    return twin.requests.length;
  };
  assertEquals([await refused(), await refused()], [1, 1]);
  await time.pass(30_000);
  assertEquals(await refused(), 2);
});

Deno.test("a failure is told to all who wait, and the next call tries again", async () => {
  await using twin = await startTwin();
  const token = new TenantToken(credentials(twin));
  twin.faults.fail({ status: 502, html: true });
  await Promise.all([1, 2].map(() => assertRejects(() => token.get(), NetworkError)));
  assertEquals(twin.requests.length, 1);
  assert((await token.get()).length > 0);
});

Deno.test("the app's secret and token are known as secrets, and leave in no file", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  const token = await new TenantToken(credentials(twin)).get();
  const text = `secret ${twin.app.secret}, token ${token}.`;
  assertEquals(knownSecrets.hide(text), "secret ***, token ***.");
  for (const name of ["answer.diff", "picture.png", `of-${twin.app.secret}.txt`]) {
    await Deno.writeTextFile(`${dir.path}/${name}`, text);
    const signal = AbortSignal.timeout(10_000);
    const { type, content } = await feishuApi(twin).upload(`${dir.path}/${name}`, signal);
    const sent = twin.file(JSON.parse(content)[`${type}_key`]);
    const stars = text.replace(twin.app.secret, (one) => "*".repeat(one.length))
      .replace(token, (one) => "*".repeat(one.length));
    assertEquals(new TextDecoder().decode(sent?.bytes), stars);
    assert(!sent?.name.includes(twin.app.secret), sent?.name);
  }
});
