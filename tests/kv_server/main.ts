/**
 * A stand-in for denokv as a process: `main.ts PATH PORT...`. It serves one file on each of these ports, prints a line
 * when all are open, and runs until it is killed.
 */
import { KvDatabase } from "./kv_database.ts";
import { KvServer } from "./kv_server.ts";

const [path = ":memory:", ...ports] = Deno.args;
const database = new KvDatabase(path);
for (const port of ports) new KvServer({ port: Number(port), database });
// deno-lint-ignore no-console
console.log("open");
