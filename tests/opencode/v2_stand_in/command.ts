/** The stand-in as a command: `--version`, and `serve --hostname 127.0.0.1 --port N` as `opencode` has them. */
import { parseArgs } from "node:util";
import type { Dialect } from "./dialect.ts";
import { startV2StandIn } from "./v2_stand_in.ts";

const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const version = Deno.env.get("STAND_IN_VERSION") ?? "2.0.26";
const dialect: Dialect = Deno.env.get("STAND_IN_DIALECT") === "july" ? "july" : "2.0";

if (Deno.args[0] === "--version") {
  say(`opencode v${dialect === "july" ? "local" : version}`);
} else {
  const { values } = parseArgs({
    args: Deno.args.slice(1),
    options: { hostname: { type: "string" }, port: { type: "string" } },
  });
  const password = Deno.env.get("OPENCODE_PASSWORD") ?? Deno.env.get("OPENCODE_SERVER_PASSWORD");
  const file = Deno.env.get("OPENCODE_DB");
  const server = startV2StandIn({
    dialect,
    version,
    port: Number(values.port ?? 0),
    startMs: Number(Deno.env.get("STAND_IN_START_MS") ?? 0),
    ...(password === undefined ? {} : { password }),
    ...(file === undefined ? {} : { file }),
  });
  say(`server listening on ${server.url}`);
  if (password === undefined) say(`server password ${server.password}`);
  Deno.addSignalListener("SIGTERM", async () => {
    await server.stop();
    Deno.exit(130);
  });
}
