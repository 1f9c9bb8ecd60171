import { describe } from "../../base/errors.ts";
import { type IncomingMessage, targetOf } from "../../model/message.ts";
import type { TurnRecord } from "../../model/turn.ts";
import { isAgentRequest, isOfKind, ownAskId } from "../asks/ask.ts";
import { fencedAsk } from "../asks/fenced_ask.ts";
import { isLate, type LateMessages } from "../asks/late_messages.ts";
import { isUrgent } from "../commands/parse.ts";
import type { HandlerConversation } from "./handler_conversation.ts";
import type { Rest } from "./mailbox.ts";
import type { Services } from "../services.ts";
import { inSentOrder } from "../turn/sent_order.ts";
import { Turn } from "../turn/turn.ts";

/** What was open in a conversation when the program ended. */
export interface OpenWork {
  readonly turns: readonly TurnRecord[];
  readonly inbox: readonly IncomingMessage[];
  /** Resolves with the ids of those messages of the inbox that were recalled meanwhile; never rejects. */
  readonly recalled: Promise<ReadonlySet<string>>;
}

/** What {@linkcode resumeSteps} needs. */
export interface ResumeOptions extends Services {
  readonly conversation: HandlerConversation;
  readonly late: LateMessages;
  /** Handles a stored message. */
  readonly handle: (message: IncomingMessage) => Promise<Rest | void>;
}

/** A step of a resumption. */
export interface ResumeStep {
  readonly work: () => Promise<Rest | void>;
  /** Whether it waits until it is known what the turns ask: its message may be an answer. */
  readonly isAfterAsks?: boolean;
  /** The message that it handles, if it can be skipped. */
  readonly message?: IncomingMessage;
}

/**
 * The steps that resume what was open in a conversation when the program ended: turns, asks, and messages of
 * the inbox. A step that failed can be repeated. A turn that had begun continues. Prompts and
 * messages that have waited too long are listed on the late card. The work of people who may no longer use the
 * bot ends.
 */
export function resumeSteps(work: OpenWork, options: ResumeOptions): ResumeStep[] {
  const { turns, inbox, recalled } = work;
  const { conversation, late, handle, admission } = options;
  const { voice } = conversation;
  const senders = [...turns, ...inbox].map(({ sender }) => sender);
  // The same people in all steps. Anyone who is removed from now on is dismissed after these steps.
  const gone = new Set(senders.filter((sender) => !admission.mayUse(sender)));
  const receive = async (message: IncomingMessage) => {
    // A stop waits for nobody, and would have acted before it was recalled.
    const isRecalled = !isUrgent(message.text) && (await recalled).has(message.messageId);
    if (isRecalled) return await conversation.finish(message);
    return await handle(message).catch((error) => conversation.retry(message, error));
  };
  return [
    { work: () => late.resume() },
    { work: () => dropOf(gone, work, options) },
    ...inSentOrder(turns).map((turn) => ({
      work: () => resumeTurn(gone.has(turn.sender) ? { ...turn, cancelled: true } : turn, options),
    })),
    { work: () => resumeAsks(turns, options) },
    ...inbox.filter(({ sender }) => !gone.has(sender)).map((message) => ({
      work: () => receive(message),
      isAfterAsks: !isUrgent(message.text),
      message,
    })),
    { work: async () => await conversation.commit(await late.sweep()), isAfterAsks: true },
    { work: async () => await conversation.commit(await voice.sweep()), isAfterAsks: true },
  ];
}

/** Drops the stored messages of people who are gone, and says whose work ends. */
async function dropOf(
  gone: ReadonlySet<string>,
  { turns, inbox }: OpenWork,
  { conversation, texts }: ResumeOptions,
): Promise<void> {
  if (gone.size === 0) return;
  const handled = inbox.filter(({ sender }) => gone.has(sender));
  const targets = new Map([
    ...turns.map(({ sender, slot }) => [sender, slot.target] as const),
    ...handled.map((message) => [message.sender, targetOf(message)] as const),
  ]);
  const rows = [...targets].filter(([sender]) => gone.has(sender))
    .flatMap(([sender, target]) => conversation.rows(target, texts.userGone(sender)));
  await conversation.commit({ handled, rows });
}

async function resumeTurn(record: TurnRecord, options: ResumeOptions): Promise<void> {
  const { conversation, late, outbox, settings, log } = options;
  const { queue } = conversation;
  const { messageId, createdAt, state, slot, cancelled, isConfirmed } = record;
  const turnOf = (record: TurnRecord) => new Turn(record, conversation, options, true);
  // The previous run may have ended before it reacted. Feishu ignores a second identical reaction.
  if (state.kind !== "posted") outbox.react(messageId, "taken");
  const mayRun = cancelled || isConfirmed || !isLate(createdAt, settings);
  if (state.kind !== "queued" || mayRun) {
    queue.add(turnOf(record));
    if (!record.isNow || state.kind !== "queued") return;
    return void conversation.steer(record.id)
      .catch((error) => log.debug(`turn ${record.id} waits: ${describe(error)}`));
  }
  await conversation.commit(
    await late.add({
      ...record,
      target: slot.target,
      run: async () => {
        // After a crash nobody is asked again.
        const confirmed = { ...record, isConfirmed: true };
        await conversation.commit({ turns: [confirmed] });
        queue.add(turnOf(confirmed));
      },
      skip: async () => {
        await turnOf(record).drop();
        return {};
      },
    }),
  );
}

/** Opens the fenced asks again, and closes the cards of all asks that are over. */
async function resumeAsks(
  turns: readonly TurnRecord[],
  options: ResumeOptions,
): Promise<void> {
  const { conversation, store, texts, admission } = options;
  const { asks, record } = conversation;
  const over = new Set(turns.map(({ answers }) => answers));
  // These turns ask about their budget again by themselves.
  const waiting = conversation.queue.turns.filter(({ record }) => !record.cancelled)
    .map(({ record }) => ownAskId("budget", record.id));
  for (const { id, keep, memo, slot } of await store.rows(record.key)) {
    if (memo && !admission.mayUse(memo.sender)) over.add(id);
    // Nobody remembers what a command asked.
    if (keep && !memo && isOfKind(id, "ask")) over.add(id);
    if (keep && isOfKind(id, "budget") && !waiting.includes(id)) over.add(id);
    const isOpen = keep && memo && !over.has(id);
    const ask = isOpen && fencedAsk(id, memo, slot.target, options);
    if (ask) await conversation.commit(await asks.open(ask));
  }
  await conversation.commit(await asks.sweep((id) => over.has(id), texts.askOver));
  // A turn that goes on shows by itself what is still asked.
  const hasBegun = turns.some(({ state }) => state.kind !== "queued");
  if (!hasBegun) await conversation.commit(await asks.sweep(isAgentRequest, texts.turnOver));
}
