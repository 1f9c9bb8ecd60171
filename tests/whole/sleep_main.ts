import { main } from "../../lib/cli/main.ts";

/** The program on a machine whose clock jumps eight hours at SIGUSR2, as after a night with the lid closed. */
const { now } = Date;
let sleptMs = 0;
Date.now = () => now.call(Date) + sleptMs;
Deno.addSignalListener("SIGUSR2", () => sleptMs += 8 * 3_600_000);

if (import.meta.main) Deno.exit(await main(Deno.args));
