import { opencodeFor } from "../app.ts";
import { type Config, language } from "../config.ts";
import { describe, UsageError } from "../errors.ts";
import { FeishuApi } from "../feishu/api.ts";
import { FeishuClient } from "../feishu/client.ts";
import { render } from "../feishu/render.ts";
import { missingScopes } from "../feishu/scopes.ts";
import { object, string } from "../json.ts";
import { createLog } from "../log.ts";
import { askRules } from "../opencode/ask_rules.ts";
import { findCommand } from "../opencode/process.ts";
import { health } from "../opencode/readiness.ts";
import { holdStateDir } from "../state_dir.ts";
import { texts } from "../texts.ts";
import { undelivered } from "./background.ts";
import { listen, type Listening } from "./listen.ts";
import { findBridge } from "./record.ts";
import type { Words } from "./words.ts";

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
  {
    name: "users",
    run: ({ config: { allowedUsers }, say }) =>
      allowedUsers.kind === "everyone"
        ? { warn: say.everyone }
        : allowedUsers.kind === "pair"
        ? "pair"
        : allowedUsers.openIds.join(", "),
  },
  {
    name: "state",
    run: async ({ config: { stateDir }, bridge, say }) => {
      if (bridge) return say.usedBy(stateDir, bridge.pid);
      (await holdStateDir(stateDir))[Symbol.dispose]();
      return stateDir;
    },
  },
  { name: "disk", run: disk },
  { name: "undelivered", run: waiting },
  {
    name: "opencode",
    run: async ({ config: { opencodeCommand, opencodeUrl }, server, endpoint, signal }) => {
      const found = await endpoint(signal);
      const version = server ? server.version : await health(found);
      return `${opencodeUrl || await findCommand(opencodeCommand)} (${version})`;
    },
  },
  {
    name: "model",
    after: "opencode",
    run: async ({ agent, config: { cwd }, say, signal }) => {
      const { providers } = await agent.api.providers(cwd, signal);
      const own = providers.filter(({ id }) => id !== "opencode");
      return own.length > 0 ? own.map(({ name }) => name).join(", ") : { warn: say.freeModel };
    },
  },
  {
    name: "asks",
    after: "opencode",
    run: async ({ agent, config: { cwd }, say, signal }) =>
      await askRules(agent.api, cwd, signal) ?? say.noRules,
  },
  { name: "network", needs: "feishu", run: network },
  {
    name: "clock",
    after: "network",
    needs: "feishu",
    run: ({ notes: { skewMs }, say }) => {
      const text = say.skew(Math.round(Math.abs(skewMs) / 1000));
      return Math.abs(skewMs) < 60_000 ? text : { warn: text };
    },
  },
  {
    name: "credentials",
    after: "network",
    needs: "feishu",
    page: "baseinfo",
    run: async ({ client, config: { appId } }) => {
      await client.checkCredentials();
      return appId;
    },
  },
  {
    name: "bot",
    after: "credentials",
    needs: "feishu",
    page: "bot",
    run: async ({ api, notes, signal }) => notes.bot = (await api.botInfo(signal)).name,
  },
  {
    name: "scopes",
    after: "credentials",
    needs: "feishu",
    page: "auth",
    run: async ({ client, say, signal }) => {
      const missing = await missingScopes(client, signal);
      const names = missing.map(({ name }) => name);
      const page = `auth?q=${names.join(",")}`;
      if (names.length === 0) return "✓";
      if (missing.every(({ optional }) => optional)) {
        return { warn: say.missing(names.join(", ")), page };
      }
      throw new UsageError(say.missing(names.join(", ")));
    },
  },
  {
    name: "connection",
    after: "credentials",
    needs: "feishu",
    run: async ({ bridge, listening, say }) => {
      if (bridge?.up) return say.heldBy(bridge.pid);
      const { up, why } = bridge ?? listening();
      if (up || (!bridge && await listening().until(() => listening().up, CHECK_MS))) return "✓";
      throw new UsageError(say.down(bridge ? why : listening().why));
    },
  },
  {
    name: "events",
    after: "connection",
    needs: "live",
    page: "event",
    run: async ({ listening, notes, say, tell, stepMs }) => {
      tell(say.sendHi(notes.bot, stepMs / 1000));
      if (await listening().until(() => listening().messages.length > 0, stepMs)) return "✓";
      throw new UsageError(say.nothing);
    },
  },
  { name: "callbacks", after: "events", needs: "live", page: "event", run: callbacks },
  { name: "consumers", after: "events", needs: "live", run: consumers },
];

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
  options: { offline: boolean; stepMs?: number; tell: (line: string) => void },
) {
  const { offline, tell, stepMs = 90_000 } = options;
  const log = createLog({ level: "error", format: "text", secrets: [], write: () => {} });
  const sdk = offline ? new Promise<never>(() => {}) : import("@larksuiteoapi/node-sdk");
  const { appId, appSecret, domain } = config;
  const credentials = { appId, appSecret, domain };
  const client = new FeishuClient({ credentials, sdk, log });
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
      client,
      api: new FeishuApi(client),
      server,
      endpoint,
      agent,
      listening: () => listening ??= listen(credentials, sdk, log, say.thanks),
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
