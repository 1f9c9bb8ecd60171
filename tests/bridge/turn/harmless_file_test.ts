import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { harmlessFile } from "../../../lib/bridge/turn/harmless_file.ts";
import type { PermissionRequest } from "../../../lib/model/agent_request.ts";
import { tempDir } from "../../helpers.ts";

Deno.test("a file is harmless if all of the request surely means an ordinary file of the directory", async () => {
  await using world = await tempDir();
  const top = await Deno.realPath(world.path);
  const directory = join(top, "project");
  const rules = { directory, stateDir: join(directory, "state") };
  for (const dir of ["project/src", "project/state", "project/.git/hooks", "outside"]) {
    await Deno.mkdir(join(top, dir), { recursive: true });
  }
  for (const file of ["project/src/a.ts", "project/state/x", "outside/b", "project/two"]) {
    await Deno.writeTextFile(join(top, file), "");
  }
  await Deno.symlink(join(top, "outside"), join(directory, "out"));
  await Deno.symlink(join(top, "outside/none"), join(directory, "dangling"));
  await Deno.symlink(join(directory, ".git"), join(directory, "git"));
  await Deno.symlink(join(directory, "src"), join(directory, "inner"));
  await Deno.link(join(top, "outside/b"), join(directory, "hard"));
  const ask = (path: string, more: Partial<PermissionRequest> = {}) =>
    harmlessFile({
      ...{ kind: "permission", id: "per_1", permission: "edit", always: ["*"] },
      patterns: [path.startsWith("/") ? path.slice(1) : `project/${path}`],
      file: path.startsWith("/") ? path : join(directory, path),
      input: { filePath: path },
      ...more,
    }, rules);

  const fine = { "src/a.ts": "src/a.ts", "src/new/b.ts": "src/new/b.ts", "inner/a.ts": "src/a.ts" };
  for (const [path, shown] of Object.entries(fine)) {
    assertEquals(await ask(path), shown);
    assertEquals(await ask(join(directory, path)), shown);
  }
  assertEquals(await ask("two", { permission: "read", file: undefined } as never), "two");
  const path = join(directory, "two");
  assertEquals(await ask("two", { patterns: ["two"], input: { path } }), "two", "opencode 2");

  for (
    const asked of [
      ...["out/b", "out/new", "dangling", "dangling/x", "hard", "src", "", "."],
      ...["../outside/b", "out/../two", "~/two", "/etc/hosts", join(top, "project-2/a")],
      ...[".env", "prod.env", "a.env.local", ".git/hooks/pre-commit", "git/config", ".envrc"],
      ...["opencode.json", "src/OpenCode.jsonc", ".opencode/plugin/a.ts", "AGENTS.md"],
      ...["state/x", "state/new/x"],
    ]
  ) {
    assertEquals(await ask(asked), undefined, asked);
  }
  for (
    const more of [
      ...["bash", "external_directory", "webfetch", "glob"].map((permission) => ({ permission })),
      { patterns: [] },
      { patterns: ["project/two", "project/src/a.ts"] },
      { patterns: ["mcp:server:two"] },
      { file: join(directory, "src/a.ts") },
      { input: {} },
      { input: { patchText: "*** Begin Patch" } },
      { input: { filePath: "two", path: "src/a.ts" } },
      { moves: [{ from: "two", to: "/etc/x" }] },
      { isPartial: true },
    ]
  ) {
    assertEquals(await ask("two", more), undefined, JSON.stringify(more));
  }
  assertEquals(await harmlessFile({} as never, { ...rules, stateDir: "/nowhere" }), undefined);
});
