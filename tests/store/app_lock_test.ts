import { assertRejects } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { lockApp } from "../../lib/store/app_lock.ts";
import { tempDir } from "../helpers.ts";

const APP = { appId: "cli_a", domain: "https://open.feishu.cn", stateDir: "/one", isShared: false };

Deno.test("an app is for one bridge, or for those that share their state", async () => {
  await using dir = await tempDir();
  const lock = (more: Partial<typeof APP> = {}) => lockApp(dir.path, { ...APP, ...more });
  const first = await lock();
  await assertRejects(() => lock({ stateDir: "/two" }), UsageError, "state directory /one");
  await assertRejects(() => lock({ isShared: true }), UsageError, "uses the app cli_a");
  (await lock({ appId: "cli_b" }))[Symbol.dispose]();
  (await lock({ domain: "https://open.larksuite.com" }))[Symbol.dispose]();
  first[Symbol.dispose]();
  const shared = [await lock({ isShared: true }), await lock({ isShared: true })];
  await assertRejects(() => lock(), UsageError);
  shared.forEach((one) => one[Symbol.dispose]());
  (await lock())[Symbol.dispose]();
});

Deno.test("a bridge starts where no lock can be kept", async () => {
  await using dir = await tempDir();
  await Deno.writeTextFile(`${dir.path}/apps`, "");
  (await lockApp(dir.path, APP))[Symbol.dispose]();
});
