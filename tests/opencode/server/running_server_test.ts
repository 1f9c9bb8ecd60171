import { assertEquals } from "@std/assert";
import { knownSecrets } from "../../../lib/base/known_secrets.ts";
import { readRecord, writeRecord } from "../../../lib/opencode/server/running_server.ts";
import { tempDir } from "../../helpers.ts";

Deno.test("the password of a server is known as a secret, one that was left behind too", async () => {
  await using dir = await tempDir();
  const server = {
    url: "http://127.0.0.1:1",
    pid: 1,
    startTime: "1",
    lease: "/lease",
    version: "1",
  };
  await writeRecord(dir.path, { ...server, password: "password-of-this-run" });
  assertEquals(knownSecrets.hide("password-of-this-run"), "***");
  const left = { ...server, password: "password-of-an-earlier-run" };
  await Deno.writeTextFile(`${dir.path}/opencode.json`, JSON.stringify(left));
  assertEquals(await readRecord(dir.path), left);
  assertEquals(knownSecrets.hide("password-of-an-earlier-run"), "***");
});
