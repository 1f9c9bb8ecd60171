/** A bridge among machines as a process: `machine_main.ts SETTINGS`, with its variables as JSON. */
import { createLog } from "../../lib/base/log.ts";
import { parseConfig } from "../../lib/config.ts";
import { startApp } from "../../lib/start_app.ts";

const { cwd, variables, times } = JSON.parse(Deno.args[0] ?? "{}");
const { config } = parseConfig(variables, { cwd, home: cwd });
// deno-lint-ignore no-console
const log = createLog({ level: "debug", format: "text", write: (line) => console.log(line) });
const app = await startApp({ config, log, version: "0.0.0", machineTimes: times });
await app.lost;
