import { UsageError } from "../base/errors.ts";
import { NO_LOG } from "../base/log.ts";
import { visible } from "../base/visible.ts";
import type { Config } from "../config.ts";
import { AttachedServer } from "../opencode/attached_server.ts";
import { DEFAULT_USER } from "../opencode/http/authorization.ts";
import type { Endpoint } from "../opencode/http/endpoint.ts";
import { Opencode } from "../opencode/opencode.ts";
import { probeGeneration } from "../opencode/server/generation.ts";
import { needOpencode } from "../opencode/server/need_opencode.ts";
import { isRunning, readRecord } from "../opencode/server/running_server.ts";
import type { TerminalTexts } from "../texts/terminal_texts.ts";
import type { Args } from "./args.ts";
import { findBridge } from "./background/bridge_record.ts";
import { scriptRequest } from "./scripts/script_request.ts";
import { loadSettings } from "./settings.ts";

/** How long the server may take to tell about a session, in milliseconds. */
const SESSION_MS = 10_000;
/** How many sessions are named when it is not clear which one is meant. */
const MAX_NAMED = 10;

/**
 * `attach [NAME or id]`: opens opencode's own terminal UI in a conversation's session, on the server that the
 * bridge uses. Exits as that does.
 *
 * @throws {UsageError} Without a terminal, a running server, or exactly one session that is meant.
 */
export async function attach({ target = "", ...args }: Args): Promise<number> {
  const { config, texts } = await loadSettings(args, { required: false });
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) {
    throw new UsageError(texts.attachNoTerminal);
  }
  const id = /^ses_\w+$/.test(target) ? target : await sessionOf(target, config, texts);
  const server = await runningServer(config, texts);
  const agent = new Opencode({ endpoint: () => Promise.resolve(server), log: NO_LOG });
  const ref = { id, directory: config.cwd };
  const session = await agent.session(ref, AbortSignal.timeout(SESSION_MS));
  if (session === undefined) throw new UsageError(texts.attachLost(id));
  const { url, user = DEFAULT_USER, password = "", generation } = server;
  const command = await needOpencode(config.opencodeCommand, texts);
  const child = new Deno.Command(command, {
    args: generation === 2
      ? ["--server", url, "--session", id]
      : ["attach", url, "--dir", session.directory, "--session", id],
    // Everybody sees command lines. The second name is that of 2.x.
    env: {
      OPENCODE_SERVER_USERNAME: user,
      OPENCODE_SERVER_PASSWORD: password,
      OPENCODE_PASSWORD: password,
    },
  }).spawn();
  return (await child.status).code;
}

/** The server that the bridge uses, if it answers. */
async function runningServer(
  { opencodeUrl, stateDir }: Config,
  texts: TerminalTexts,
): Promise<Endpoint> {
  const signal = AbortSignal.timeout(SESSION_MS);
  if (opencodeUrl !== "") return await new AttachedServer(opencodeUrl).endpoint(signal);
  const record = await readRecord(stateDir);
  if (record === undefined || !await isRunning(record)) throw new UsageError(texts.attachNoServer);
  const address = { url: record.url, password: record.password };
  return { ...address, ...await probeGeneration(address, { signal, texts }) };
}

/** The session of the chat that is meant, or of the only one that has a session. */
async function sessionOf(
  target: string,
  { stateDir }: Config,
  texts: TerminalTexts,
): Promise<string> {
  if (await findBridge(stateDir) === undefined) throw new UsageError(texts.attachNoServer);
  const request = { kind: "chats", ...(target !== "" && { chat: target }) } as const;
  const { chats } = await scriptRequest(request, "chats", { stateDir, texts });
  const meant = chats.filter(({ session }) => session !== undefined);
  const ids = [...new Set(meant.flatMap(({ session }) => session ?? []))];
  const [id, ...others] = ids;
  if (id === undefined) throw new UsageError(texts.attachNoChat(target));
  if (others.length === 0) return id;
  const lines = ids.slice(0, MAX_NAMED).map((session) => {
    const one = meant.find((found) => found.session === session);
    const name = visible(one?.name ?? "") || (one?.id ?? "");
    return `  attach ${session}  ${name}  ${visible(one?.directory ?? "")}`;
  });
  throw new UsageError([texts.attachWhich(ids.length), ...lines].join("\n"));
}
