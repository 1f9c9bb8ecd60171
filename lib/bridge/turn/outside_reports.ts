import { persist } from "../../base/waiting/persist.ts";
import type { RequestAnswer } from "../../model/agent_request.ts";
import { type LedgerRow, newRow } from "../../model/ledger.ts";
import type { OutsideAct } from "../../model/outside_act.ts";
import type { Chat } from "../../model/ports.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { ExactText, View } from "../../model/view.ts";
import { MovedError } from "../../store/moved_error.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Committer } from "../effects.ts";
import type { Services } from "../services.ts";
import type { BridgeSettings } from "../settings.ts";
import { describePatterns, describePermission } from "./describe_permission.ts";

/** What {@linkcode OutsideReports} needs. */
export interface OutsideReportsOptions extends Pick<Services, "texts" | "log" | "signal"> {
  readonly chat: Pick<Chat, "slot">;
  readonly settings: Pick<BridgeSettings, "ownsAgent">;
  readonly conversation: Committer;
}

/**
 * Tells the chat what somebody else has approved. On a server of our own nobody but the bridge should: the
 * likeliest other is a program that the agent itself has started. So a fresh message says it, which a phone
 * announces, and which comes even if the question was answered before its card was shown.
 */
export class OutsideReports {
  readonly #options: OutsideReportsOptions;
  /** How many of the turn's acts are known already. */
  #known = 0;
  /** The id of a request → the line on its card. */
  readonly #lines = new Map<string, string>();

  constructor(options: OutsideReportsOptions) {
    this.#options = options;
  }

  /** The line for the card of a request that somebody else answered; `undefined` for others. */
  closingLine(requestId: string): string | undefined {
    return this.#lines.get(requestId);
  }

  /**
   * Takes the acts of a turn and tells about the new ones. Resolves when that is stored, however often it takes.
   *
   * @param acts All acts so far, oldest first.
   */
  async report(acts: readonly OutsideAct[], turn: TurnRecord): Promise<void> {
    const { chat, conversation, log, signal } = this.#options;
    const fresh = acts.slice(this.#known);
    if (fresh.length === 0) return;
    this.#known = acts.length;
    const rows = fresh.flatMap((act) => {
      const view = this.#take(act);
      return view ? [newRow(turn.conversation, chat.slot(turn.slot.target), view)] : [];
    });
    if (rows.length === 0) return;
    const mayPass = (error: unknown) => !(error instanceof MovedError);
    const again = { log, signal, what: "save what others did", mayPass };
    await persist(() => conversation.commit({ rows }), again);
  }

  /** Tells about requests that were answered while no bridge ran, by their cards. */
  async reportMissed(cards: readonly LedgerRow[], turn: TurnRecord): Promise<void> {
    const { chat, conversation, texts } = this.#options;
    const rows = cards.map(({ id, view: { exact = [] } }) => {
      const view = this.#message(texts.outsideMissed, exact);
      // The same after a crash.
      return newRow(turn.conversation, chat.slot(turn.slot.target), view, `${id}.missed`);
    });
    if (rows.length > 0) await conversation.commit({ rows });
  }

  /** Notes the line for the card; returns the message if what happened lets the agent do more. */
  #take(act: OutsideAct): View | undefined {
    const { texts } = this.#options;
    if (act.kind === "rules") {
      return this.#message(texts.outsideRules, describePatterns(act.allowed, "", texts).exact);
    }
    if (act.kind === "missed") {
      const { requestId, request } = act;
      this.#lines.set(requestId, texts.outsideMissed);
      return this.#message(texts.outsideMissed, describePermission(request, texts).shown);
    }
    const { requestId, request, answer } = act;
    const always = request?.kind === "permission" ? request.always : [];
    const line = answerLine(answer, always, texts);
    this.#lines.set(requestId, line);
    if (answer.kind !== "permission" || answer.reply === "reject") return undefined;
    const what = request?.kind === "permission"
      ? describePermission(request, texts).shown
      : [{ text: requestId }];
    const isAlways = answer.reply === "always";
    const { exact } = describePatterns(isAlways ? always : [], texts.outsidePatterns, texts);
    const headline = isAlways ? texts.outsideAlways : texts.outsideOnce;
    return this.#message(headline, [...what, ...exact]);
  }

  #message(headline: string, exact: readonly ExactText[]): View {
    const { texts, settings } = this.#options;
    return settings.ownsAgent
      ? { status: "interrupted", title: `⚠️ ${headline}`, exact, text: texts.outsideAlarm }
      : { status: "plain", note: headline, exact };
  }
}

function answerLine(answer: RequestAnswer, always: readonly string[], texts: Texts): string {
  if (answer.kind === "dismissed") return texts.outsideDismissed;
  if (answer.kind === "question") {
    return texts.outsideAnswer(answer.answers.map((labels) => labels.join(", ")).join("; "));
  }
  switch (answer.reply) {
    case "once":
      return texts.outsideOnce;
    case "always":
      return `${texts.outsideAlways} ${always.join(", ")}`.trim();
    case "reject":
      return texts.outsideReject;
  }
}
