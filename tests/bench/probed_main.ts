/**
 * The program with a probe inside, which tells every second on stderr, as `probe {…}`, how late its event
 * loop was: a timer is due every 10 ms, and what it is late by is what everything else had to wait for.
 */
import { main } from "../../lib/cli/main.ts";

const EVERY_MS = 10;
let lags: number[] = [];
let last = performance.now();
const timers = [
  setInterval(() => {
    const now = performance.now();
    lags.push(Math.max(now - last - EVERY_MS, 0));
    last = now;
  }, EVERY_MS),
  setInterval(() => {
    const lagsMs = lags.map((lag) => Math.round(lag * 10) / 10);
    lags = [];
    Deno.stderr.writeSync(
      new TextEncoder().encode(`probe ${JSON.stringify({ lagsMs, memory: Deno.memoryUsage() })}\n`),
    );
  }, 1_000),
];
timers.forEach((timer) => Deno.unrefTimer(timer));

if (import.meta.main) Deno.exit(await main(Deno.args));
