import { opencodeFor } from "../app.ts";
import { type Config, language } from "../config.ts";
import { describe, UsageError } from "../base/errors.ts";
import { FeishuApi } from "../feishu/rest/api.ts";
import { render } from "../feishu/draw/render.ts";
import { missingScopes } from "../feishu/rest/scopes.ts";
import { object, string } from "../base/json.ts";
import { createLog } from "../base/log.ts";
import { askRules } from "../opencode/v1/ask_rules.ts";
import { findCommand } from "../opencode/server/process.ts";
import { health } from "../opencode/server/readiness.ts";
import { holdStateDir } from "../store/state_dir.ts";
import { texts } from "../texts/texts.ts";
import { undelivered } from "./background.ts";
import { listen, type Listening } from "./listen.ts";
import { findBridge } from "./record.ts";
import type { Words } from "../texts/terminal.ts";

type CheckName = keyof Words["checks"];

/** What the checks share, and when the present one has to end. */
type Patient = Awaited<ReturnType<typeof admit>>["patient"] & { readonly signal: AbortSignal };

/** What is fine; or `!`, which deserves a look. What is broken is thrown. */
type Outcome = string | { readonly warn: string; readonly page?: string };

interface Check {
  readonly name: CheckName;
  /** Needs Feishu; `live` needs a person in the chat, and no bridge that takes the messages. */
  readonly needs?: "feishu" | "live";
  /** The page of the developer console that mends it. */
  readonly page?: string;
  /** The check without whose success this one would fail too. */
  readonly after?: CheckName;
  readonly run: (patient: Patient) => Promise<Outcome> | Outcome;
}

/** Milliseconds that a check without a person may take. */
const CHECK_MS = 20_000;

/** The checks, in the order in which they are made. */
export const CHECKS: readonly Check[] = [
  { name: "users", run: users },
  { name: "state", run: state },
  { name: "disk", run: disk },
  { name: "undelivered", run: waiting },
  { name: "opencode", run: opencode },
  { name: "model", after: "opencode", run: model },
  { name: "asks", after: "opencode", run: asks },
  { name: "network", needs: "feishu", run: network },
  { name: "clock", needs: "feishu", after: "network", run: clock },
  { name: "credentials", needs: "feishu", after: "network", page: "baseinfo", run: credentials },
  { name: "bot", needs: "feishu", after: "credentials", page: "bot", run: bot },
  { name: "scopes", needs: "feishu", after: "credentials", page: "auth", run: scopes },
  { name: "connection", needs: "feishu", after: "credentials", run: connection },
  { name: "events", needs: "live", after: "connection", page: "event", run: events },
  { name: "callbacks", needs: "live", after: "events", page: "event", run: callbacks },
  { name: "consumers", needs: "live", after: "events", run: consumers },
];

function users({ config: { allowedUsers }, say }: Patient): Outcome {
  if (allowedUsers.kind === "everyone") return { warn: say.everyone };
  return allowedUsers.kind === "pair" ? "pair" : allowedUsers.openIds.join(", ");
}

async function state({ config: { stateDir }, bridge, say }: Patient): Promise<Outcome> {
  if (bridge) return say.usedBy(stateDir, bridge.pid);
  (await holdStateDir(stateDir))[Symbol.dispose]();
  return stateDir;
}

/** Free space where the state is kept. Deno has no call for it. */
async function disk({ config: { stateDir }, say }: Patient): Promise<Outcome> {
  const { stdout } = await new Deno.Command("df", { args: ["-Pk", stateDir] }).output();
  const [, row = ""] = new TextDecoder().decode(stdout).split("\n");
  const mb = Math.floor(Number(row.split(/\s+/)[3]) / 1024);
  if (mb < 50) throw new UsageError(say.free(mb));
  return mb < 1_000 ? { warn: say.free(mb) } : say.free(mb);
}

async function waiting({ config, bridge, say }: Patient): Promise<Outcome> {
  const rows = bridge?.undelivered ?? await undelivered(config);
  return rows === 0 ? say.messages(0) : { warn: say.messages(rows) };
}

async function opencode({ config, server, endpoint, signal }: Patient): Promise<Outcome> {
  const found = await endpoint(signal);
  if (server) return `${await findCommand(config.opencodeCommand)} (${server.version})`;
  return `${found.url} (${await health(found)})`;
}

async function model({ agent, config: { cwd }, say, signal }: Patient): Promise<Outcome> {
  const { providers } = await agent.api.providers(cwd, signal);
  const own = providers.filter(({ id }) => id !== "opencode");
  return own.length > 0 ? own.map(({ name }) => name).join(", ") : { warn: say.freeModel };
}

async function asks({ agent, config: { cwd }, say, signal }: Patient): Promise<Outcome> {
  return await askRules(agent.api, cwd, signal) ?? say.noRules;
}

async function network({ config: { domain }, notes, signal }: Patient): Promise<Outcome> {
  const response = await fetch(domain, {
    method: "HEAD",
    redirect: "manual",
    signal: AbortSignal.any([signal, AbortSignal.timeout(CHECK_MS)]),
  }).catch((error) => {
    throw new UsageError(`${domain}: ${describe(error.cause ?? error)}`);
  });
  await response.body?.cancel();
  const date = Date.parse(response.headers.get("date") ?? "");
  if (!Number.isNaN(date)) notes.skewMs = date - Date.now();
  return domain;
}

function clock({ notes: { skewMs }, say }: Patient): Outcome {
  const text = say.skew(Math.round(Math.abs(skewMs) / 1000));
  return Math.abs(skewMs) < 60_000 ? text : { warn: text };
}

async function credentials({ api, config: { appId } }: Patient): Promise<Outcome> {
  await api.checkCredentials();
  return appId;
}

async function bot({ api, notes, signal }: Patient): Promise<Outcome> {
  return notes.bot = (await api.botInfo(signal)).name;
}

async function scopes({ api, say, signal }: Patient): Promise<Outcome> {
  const missing = await missingScopes(api, signal);
  if (missing.length === 0) return "✓";
  const names = missing.map(({ name }) => name);
  const warn = say.missing(names.join(", "));
  if (missing.some(({ optional }) => !optional)) throw new UsageError(warn);
  return { warn, page: `auth?q=${names.join(",")}` };
}

async function connection({ bridge, listening, say }: Patient): Promise<Outcome> {
  if (bridge?.up) return say.heldBy(bridge.pid);
  if (bridge) throw new UsageError(say.down(bridge.why));
  if (await listening().until(() => listening().up, CHECK_MS)) return "✓";
  throw new UsageError(say.down(listening().why));
}

async function events({ listening, notes, say, tell, stepMs }: Patient): Promise<Outcome> {
  tell(say.sendHi(notes.bot, stepMs / 1000));
  if (await listening().until(() => listening().messages.length > 0, stepMs)) return "✓";
  throw new UsageError(say.nothing);
}

async function callbacks(patient: Patient): Promise<Outcome> {
  const { api, listening, config, say, tell, stepMs, signal } = patient;
  const [first] = listening().messages;
  if (first === undefined) throw new UsageError(say.nothing);
  const buttons = [{ label: say.press, value: { doctor: true } }];
  const view = { status: "plain", text: say.pressCard, buttons } as const;
  const card = render(view, "card", texts(language(config)));
  const to = { chatId: first.chatId, replyTo: first.messageId };
  await api.send(to, card, crypto.randomUUID(), signal);
  tell(say.pressNow(stepMs / 1000));
  if (await listening().until(() => listening().clicks > 0, stepMs)) return "✓";
  throw new UsageError(say.nothing);
}

/** Feishu gives each event to one connection of the app, at random; what others got stands in the history. */
async function consumers({ api, listening, say, tell, stepMs, signal }: Patient): Promise<Outcome> {
  const { messages, until } = listening();
  const [first] = messages;
  if (first === undefined) throw new UsageError(say.nothing);
  tell(say.sendMore(stepMs / 1000));
  await until(() => messages.length >= 3, stepMs);
  const { chatId, createdAt } = first;
  const items = await api.history({ chatId }, createdAt - 60_000, Date.now() + 60_000, signal);
  const sent = items.filter((item) => string(object(object(item).sender).sender_type) === "user")
    .map((item) => string(object(item).message_id));
  const stolen = sent.filter((id) => messages.every(({ messageId }) => messageId !== id));
  if (stolen.length > 0) throw new UsageError(say.stolen(stolen.length, sent.length));
  return messages.length >= 3 ? "✓" : { warn: say.unproven };
}

/** Prepares what the checks share; ends what they started. */
export async function admit(
  config: Config,
  say: Words,
  options: { stepMs?: number; tell: (line: string) => void },
) {
  const { tell, stepMs = 90_000 } = options;
  const log = createLog({ level: "error", format: "text", secrets: [], write: () => {} });
  const { appId, appSecret, domain } = config;
  const credentials = { appId, appSecret, domain };
  // A server of its own: the bridge's may be what is broken.
  const stateDir = await Deno.makeTempDir({ prefix: "doctor-" });
  const { server, endpoint, agent } = opencodeFor(config, log, stateDir);
  let listening: Listening | undefined;
  return {
    patient: {
      config,
      say,
      tell,
      /** The bridge that runs here; it holds what the checks would need. */
      bridge: await findBridge(config.stateDir),
      api: new FeishuApi(credentials, log),
      server,
      endpoint,
      agent,
      listening: () => listening ??= listen(credentials, log, say.thanks),
      stepMs,
      /** What one check leaves to the next: the bot's name, and Feishu's clock less ours, in milliseconds. */
      notes: { bot: "", skewMs: 0 },
    },
    async [Symbol.asyncDispose]() {
      await listening?.[Symbol.asyncDispose]();
      await server?.stop();
      await Deno.remove(stateDir, { recursive: true });
    },
  };
}
