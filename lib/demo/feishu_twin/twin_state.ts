import { CardEntities } from "./card_entities.ts";
import { CardLocks } from "./card_locks.ts";
import { TwinChanges } from "./twin_changes.ts";
import { Chats } from "./chats.ts";
import { TwinClock } from "./clock.ts";
import { Contingent } from "./contingent.ts";
import { FaultRules } from "./fault_rules.ts";
import { Files } from "./files.ts";
import { feishuId } from "./feishu_id.ts";
import { LongConnection } from "./long_connection.ts";
import { Messages } from "./messages.ts";
import type { TwinMessage } from "./twin_message.ts";
import { RateWindow } from "./rate_window.ts";
import type { RequestRecord } from "./records.ts";
import { Tokens } from "./tokens.ts";
import type { TwinApp } from "./twin_app.ts";
import type { TwinOptions } from "./twin_options.ts";

/** A command of the slash panel, as the platform returns it. */
export interface SlashCommand {
  readonly command_id: string;
  /** Its name without the slash. */
  readonly command: string;
  readonly description: unknown;
}

/** Everything that the modules of the twin share. */
export interface TwinState {
  readonly app: TwinApp;
  readonly tenantKey: string;
  readonly scopes: Set<string>;
  readonly clock: TwinClock;
  readonly changes: TwinChanges;
  readonly chats: Chats;
  readonly messages: Messages;
  readonly files: Files;
  readonly tokens: Tokens;
  readonly connection: LongConnection;
  readonly faults: FaultRules;
  readonly requests: RequestRecord[];
  /** Sent messages by `uuid`, with the twin time of sending. */
  readonly uuids: Map<string, { readonly message: TwinMessage; readonly at: number }>;
  readonly cards: CardEntities;
  /** The commands of the slash panel by id. */
  readonly slashCommands: Map<string, SlashCommand>;
  readonly perChat: RateWindow;
  readonly perMessage: RateWindow;
  /** Ten changes of a card per second (Feishu docs: streaming updates). */
  readonly perCard: RateWindow;
  /** Calls of each API, method and path template (Feishu docs: frequency control). */
  readonly perApi: RateWindow;
  readonly locks: CardLocks;
  readonly contingent: Contingent;
}

const DEFAULT_SCOPES = [
  "im:message",
  "im:message:send_as_bot",
  "im:message:readonly",
  "im:message:update",
  "im:message.p2p_msg:readonly",
  "im:message.group_at_msg:readonly",
  "im:message.group_msg",
  "im:message.reactions:write_only",
  "im:message.reactions:read",
  "im:resource",
  "im:chat:read",
];

const EXTRA_SCOPES = [
  "application:app_slash_command:read",
  "application:app_slash_command:write",
  "im:datasync.feed_card.time_sensitive:write",
  "im:message:send_sys_msg",
  "im:message.urgent",
  "im:chat.members:bot_access",
  "contact:user.basic_profile:readonly",
];

/** Makes the state of a new twin without any people. */
export function makeState(options: TwinOptions): TwinState {
  const clock = new TwinClock();
  const changes = new TwinChanges();
  const chats = new Chats();
  const { perChat = 5, perMessage = 5, perApi = 50, perApiAndMinute = 1_000, perMonth } =
    options.limits ?? {};
  const perSecond = (max: number) => ({ max, spanMs: 1_000 });
  const connection = new LongConnection(
    {
      clientConfig: options.clientConfig === null ? undefined : {
        PingInterval: 120,
        ReconnectInterval: 120,
        ReconnectNonce: 30,
        ReconnectCount: -1,
        ...options.clientConfig,
      },
      ackMs: options.ackMs ?? 3000,
      ladderMs: options.ladderMs ?? [15_000, 300_000, 3_600_000, 21_600_000],
    },
    clock,
    changes,
  );
  return {
    app: {
      id: options.app?.id ?? feishuId("cli_"),
      secret: options.app?.secret ?? feishuId(""),
      name: options.app?.name ?? "OpenCode",
      openId: feishuId("ou_"),
      ...options.snapshot?.app,
    },
    tenantKey: "736588c9260f175e",
    scopes: new Set([
      ...options.scopes ?? DEFAULT_SCOPES,
      ...options.extras ? EXTRA_SCOPES : [],
      ...options.cardkit ? ["cardkit:card:write"] : [],
    ]),
    clock,
    changes,
    chats,
    messages: new Messages(clock, changes),
    files: new Files(),
    tokens: new Tokens(clock),
    connection,
    faults: new FaultRules(),
    requests: [],
    uuids: new Map(),
    cards: new CardEntities(clock),
    slashCommands: new Map(),
    perChat: new RateWindow(clock, perSecond(perChat)),
    perMessage: new RateWindow(clock, perSecond(perMessage)),
    perCard: new RateWindow(clock, perSecond(10)),
    perApi: new RateWindow(
      clock,
      perSecond(perApi),
      { max: perApiAndMinute, spanMs: 60_000 },
    ),
    locks: new CardLocks(clock),
    contingent: new Contingent(clock, perMonth),
  };
}
