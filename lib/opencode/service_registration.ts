import { join } from "@std/path";
import { NetworkError } from "../base/errors.ts";
import { need, parser, string } from "../base/json.ts";
import { readJson } from "../base/read_json.ts";
import { terminalTexts } from "../texts/terminal_texts.ts";
import type { Endpoint } from "./http/endpoint.ts";

/** What `OPENCODE_URL` says for opencode's own background service (2.x), which says itself where it is. */
export const SERVICE = "service";

/** Where the background service says where it listens, and with which password (2.0.26; mode 0600). */
function serviceFile(): string {
  const home = Deno.env.get("HOME") ?? "/";
  const state = Deno.env.get("XDG_STATE_HOME") || join(home, ".local", "state");
  return join(state, "opencode", "service.json");
}

/**
 * Reads where the background service listens now. Port and password may be others after each start of it.
 *
 * @throws {NetworkError} When there is none, as while it is started again.
 */
export async function readService(): Promise<Endpoint> {
  const file = serviceFile();
  const found = parseRegistration(await readJson(file));
  if (found !== undefined) return found;
  const message = terminalTexts("en").noBackground(file);
  throw new NetworkError(message, { service: "opencode", method: "GET /api/info", isUnsent: true });
}

const parseRegistration = parser(({ url, password }): Endpoint => {
  const { origin, protocol } = need(URL.parse(string(url) ?? "") ?? undefined);
  // The address is its own, whatever it listens on.
  const address = origin.replace(/^http:\/\/(0\.0\.0\.0|\[::\])/, "http://127.0.0.1");
  return {
    url: need(protocol === "http:" ? address : undefined),
    password: need(string(password)),
  };
});
