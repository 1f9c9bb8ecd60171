/**
 * The program with a probe inside, which tells on stderr every second, as `probe {…}`:
 * - how late its event loop was: a timer is due every 10 ms, and what it is late by is what everything
 *   else had to wait for;
 * - when its calls of each API of Feishu left, in milliseconds since 1970: on a busy machine they may arrive in
 *   bunches.
 */
import { main } from "../../lib/cli/main.ts";
import { apiName } from "../../lib/feishu/rest/api_name.ts";

const EVERY_MS = 10;
let lags: number[] = [];
let last = performance.now();
let callsAt: Record<string, number[]> = {};
const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  const { url, method = "GET" } = input instanceof Request
    ? input
    : { ...init, url: String(input) };
  const [, path] = url.split("/open-apis/");
  if (path !== undefined) {
    (callsAt[apiName(method, path)] ??= []).push(performance.timeOrigin + performance.now());
  }
  return fetch(input, init);
};
const timers = [
  setInterval(() => {
    const now = performance.now();
    lags.push(Math.max(now - last - EVERY_MS, 0));
    last = now;
  }, EVERY_MS),
  setInterval(() => {
    const lagsMs = lags.map((lag) => Math.round(lag * 10) / 10);
    const told = JSON.stringify({ lagsMs, callsAt, memory: Deno.memoryUsage() });
    [lags, callsAt] = [[], {}];
    Deno.stderr.writeSync(new TextEncoder().encode(`probe ${told}\n`));
  }, 1_000),
];
timers.forEach((timer) => Deno.unrefTimer(timer));

if (import.meta.main) Deno.exit(await main(Deno.args));
