import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { ownModel } from "../../lib/cli/own_model.ts";
import { tempDir } from "../helpers.ts";

Deno.test("a key of another program is no model of yours, and the provider of one is named", async () => {
  await using dir = await tempDir();
  const of = (variables: Record<string, string>) => {
    const env = new Map(Object.entries({ HOME: dir.path, ...variables }));
    return ownModel({ opencodeUrl: "", cwd: dir.path }, env as unknown as Pick<Deno.Env, "get">);
  };
  for (const name of ["STRIPE_API_KEY", "FOO_API_KEY", "SENTRY_API_KEY", "API_KEY", "MY_API_KEY"]) {
    assertEquals(await of({ [name]: "x" }), undefined, name);
  }
  assertEquals(await of({ FOO_API_KEY: "x", OPENAI_API_KEY: "x" }), "openai, by OPENAI_API_KEY");
  assertEquals(await of({ OPENAI_API_KEY: "" }), undefined);
  const auth = join(dir.path, ".local/share/opencode/auth.json");
  await Deno.mkdir(join(auth, ".."), { recursive: true });
  for (const [text, says] of [["{}", undefined], ["junk", undefined], ["", undefined]] as const) {
    await Deno.writeTextFile(auth, text);
    assertEquals(await of({}), says, text);
  }
  await Deno.writeTextFile(auth, '{"anthropic":{"type":"oauth","refresh":"r"}}');
  assertMatch(await of({ OPENAI_API_KEY: "x" }) ?? "", /^anthropic, from .*auth\.json$/);
});
