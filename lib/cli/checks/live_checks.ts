import { UsageError } from "../../base/errors.ts";
import { object, string } from "../../base/json.ts";
import { language } from "../../config.ts";
import { render } from "../../feishu/draw/render.ts";
import { texts as chatTexts } from "../../texts/texts.ts";
import type { Check, CheckResult } from "./check.ts";
import type { CheckContext } from "./context.ts";

/** How far into the future the chat's history is read, in milliseconds, as clocks differ. */
const HISTORY_MARGIN_MS = 60_000;
/** The same into the past. Messages from before that are for the bridge that ran until just now. */
const BEFORE_MS = 3_000;

/** The checks with a person who writes to the bot and presses a button. */
export const LIVE_CHECKS: readonly Check[] = [
  { name: "events", needs: "live", after: ["connection", "bot"], page: "event", run: events },
  { name: "callbacks", needs: "live", after: "events", page: "event?tab=callback", run: callbacks },
  { name: "consumers", needs: "live", after: "events", run: consumers },
];

async function events(context: CheckContext): Promise<CheckResult> {
  const { listener, found, texts, tell, stepMs } = context;
  // Nobody waits for what cannot come.
  if (found.missingScopes?.some(({ feature }) => feature === "direct")) {
    throw new UsageError(texts.features.direct);
  }
  found.askedAt = Date.now();
  tell(texts.sendHi(found.bot, stepMs / 1000));
  if (await listener().until(() => listener().messages.length > 0, stepMs)) return texts.fine;
  throw new UsageError(texts.nothingCame);
}

async function callbacks(context: CheckContext, signal: AbortSignal): Promise<CheckResult> {
  const { feishu, listener, config, texts, tell, stepMs } = context;
  const [first] = listener().messages;
  if (first === undefined) throw new UsageError(texts.nothingCame);
  const buttons = [{ label: texts.press, value: { doctor: true } }];
  const view = { status: "plain", text: texts.pressCard, buttons } as const;
  const card = render(view, "card", chatTexts(language(config)));
  const target = { chatId: first.chatId, replyTo: first.messageId };
  await feishu.send(target, card, crypto.randomUUID(), signal);
  tell(texts.pressNow(stepMs / 1000));
  if (await listener().until(() => listener().clicks > 0, stepMs)) return texts.fine;
  throw new UsageError(texts.nothingCame);
}

/**
 * Whether another program takes messages away. Feishu delivers each event to one connection of the app,
 * chosen at random. The chat's history also shows the messages that went elsewhere.
 */
async function consumers(context: CheckContext, signal: AbortSignal): Promise<CheckResult> {
  const { feishu, listener, found, texts, tell, stepMs } = context;
  const { messages, until } = listener();
  const [first] = messages;
  if (first === undefined) throw new UsageError(texts.nothingCame);
  tell(texts.sendMore(stepMs / 1000));
  await until(() => messages.length >= 3, stepMs);
  const { chatId } = first;
  const since = found.askedAt - BEFORE_MS;
  const history = await feishu.history({ chatId }, since, Date.now() + HISTORY_MARGIN_MS, signal);
  const sent = history
    .filter((item) => string(object(object(item).sender).sender_type) === "user")
    .map((item) => string(object(item).message_id));
  const stolen = sent.filter((id) => messages.every(({ messageId }) => messageId !== id));
  if (stolen.length > 0) throw new UsageError(texts.stolen(stolen.length, sent.length));
  return messages.length >= 3 ? texts.fine : { warning: texts.tooFewMessages };
}
