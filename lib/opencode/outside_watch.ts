import { RecentMap } from "../base/recent_map.ts";
import { RecentSet } from "../base/recent_set.ts";
import type { PermissionRequest, RequestAnswer } from "../model/agent_request.ts";
import type { OutsideAct } from "../model/outside_act.ts";
import type { PendingRequest, SessionEvent } from "./transcript/event.ts";
import type { MissedAnswer } from "./transcript/missed_answer.ts";

/** An event about what somebody else did. */
export type OutsideEvent = Extract<SessionEvent, { type: "outside" }>;

type AnsweredEvent = Extract<SessionEvent, { type: "answered" }>;

/** How many requests and sessions are remembered at most. */
const MAX_REMEMBERED = 2_000;

/**
 * Tells the answers of others from our own. opencode's events do not say who answered. What was answered
 * while no events came in is found by reading, if it was known that it was asked.
 */
export class OutsideWatch {
  /** The requests that were asked. */
  readonly #asked = new RecentMap<string, PendingRequest>(MAX_REMEMBERED);
  /** Our own answers, and the events about requests whose answer of ours is under way. */
  readonly #ours = new RecentMap<string, { answer: RequestAnswer; isSettled: boolean }>(
    MAX_REMEMBERED,
  );
  readonly #held = new Map<string, AnsweredEvent>();
  readonly #missed = new Map<string, { pending: PendingRequest; answer: MissedAnswer }>();
  /** The requests of which it is known that they were answered. */
  readonly #answered = new RecentSet<string>(MAX_REMEMBERED);
  /** What our answers *always* allow. */
  readonly #granted = new RecentSet<PermissionRequest>(MAX_REMEMBERED);
  /** The sessions in which we answered *always* or *reject*: opencode answers others there for us. */
  readonly #spreading = new RecentMap<string, Set<string>>(MAX_REMEMBERED);
  /** Session → what its own rules allowed when we last heard of it. */
  readonly #allowed = new RecentMap<string, readonly string[]>(MAX_REMEMBERED);

  /** Learns of requests that the server listed. */
  learn(listed: readonly PendingRequest[]): void {
    for (const pending of listed) this.#asked.set(pending.request.id, pending);
  }

  /** Takes an event of any session, in the order of the stream. */
  take(event: SessionEvent): OutsideEvent | undefined {
    switch (event.type) {
      case "asked":
        this.learn([event.pending]);
        return undefined;
      case "session":
        return this.#takeRules(event);
      case "answered":
        return this.#takeAnswer(event);
      default:
        return undefined;
    }
  }

  /** Call before we answer a request. */
  begin(requestId: string, answer: RequestAnswer): void {
    this.#ours.set(requestId, { answer, isSettled: false });
  }

  /** Call when our answer was taken, or was not; tells what somebody else has done in between. */
  settle(requestId: string, isTaken: boolean): OutsideEvent | undefined {
    const held = this.#held.get(requestId);
    this.#held.delete(requestId);
    const missed = this.#missed.get(requestId);
    this.#missed.delete(requestId);
    const own = this.#ours.get(requestId);
    if (!isTaken) this.#ours.delete(requestId);
    else if (own !== undefined) {
      own.isSettled = true;
      this.#spread(requestId, own.answer);
    }
    if (held) return this.#takeAnswer(held);
    return missed && !isTaken ? this.miss(missed.pending, missed.answer) : undefined;
  }

  /** Takes a request that was answered, by whomever, while no events came in. */
  miss(pending: PendingRequest, answer: MissedAnswer): OutsideEvent | undefined {
    const { sessionId, request } = pending;
    const { id: requestId } = request;
    if (request.kind !== "permission" || this.#answered.has(requestId)) return undefined;
    const own = this.#ours.get(requestId);
    if (own !== undefined) {
      // Whether it was ours shows when ours is taken or not.
      if (!own.isSettled) this.#missed.set(requestId, { pending, answer });
      return undefined;
    }
    this.#answered.add(requestId);
    const reply = answer === "reject" ? "reject" : "always";
    if (this.#isSpread(sessionId, reply, request)) return undefined;
    const act: OutsideAct = answer === "reject"
      ? { kind: "answer", requestId, request, answer: { kind: "permission", reply: "reject" } }
      : { kind: "missed", requestId, request };
    return { type: "outside", sessionId, act };
  }

  #takeAnswer(event: AnsweredEvent): OutsideEvent | undefined {
    const { sessionId, requestId, answer } = event;
    const own = this.#ours.get(requestId);
    if (own !== undefined && !own.isSettled) {
      // Its own event comes before those of the requests that opencode answers along with it.
      if (isSame(own.answer, answer)) this.#spread(requestId, answer);
      this.#held.set(requestId, event);
      return undefined;
    }
    // It was found by reading already.
    if (this.#answered.has(requestId)) return undefined;
    this.#answered.add(requestId);
    const request = this.#asked.get(requestId)?.request;
    if (own !== undefined && isSame(own.answer, answer)) return undefined;
    const { reachesOthers = false } = event;
    if (
      answer.kind === "permission" &&
      this.#isSpread(sessionId, answer.reply, request, reachesOthers)
    ) {
      return undefined;
    }
    const act: OutsideAct = { kind: "answer", requestId, answer, ...(request && { request }) };
    return { type: "outside", sessionId, act };
  }

  /** Notes what else opencode answers because of our answer. */
  #spread(requestId: string, answer: RequestAnswer): void {
    const asked = this.#asked.get(requestId);
    if (asked === undefined || answer.kind !== "permission" || answer.reply === "once") return;
    const replies = this.#spreading.get(asked.sessionId) ?? new Set();
    this.#spreading.set(asked.sessionId, replies.add(answer.reply));
    const { request } = asked;
    if (answer.reply !== "always" || request.kind !== "permission") return;
    this.#granted.add(request);
  }

  /**
   * Whether opencode itself answered, following an answer of ours: a rejection rejects all requests of its
   * session, and *always* allows those that match its patterns: those of its session (observed on 1.18.33) or
   * of all (2.0).
   */
  #isSpread(
    sessionId: string,
    reply: string,
    request: PendingRequest["request"] | undefined,
    reachesOthers = false,
  ): boolean {
    const isNear = this.#spreading.get(sessionId)?.has(reply) === true;
    if (reply === "reject") return isNear;
    if (!isNear && !(reachesOthers && reply === "always")) return false;
    return request?.kind === "permission" &&
      request.patterns.every((pattern) =>
        this.#granted.values().some(({ permission, always }) =>
          permission === request.permission && always.some((allowed) => matches(pattern, allowed))
        )
      );
  }

  /** The bridge itself never gives a session rules. Those of its first event are how it was made. */
  #takeRules(
    { sessionId, allowed, isChange }: SessionEvent & { readonly type: "session" },
  ): OutsideEvent | undefined {
    const before = this.#allowed.get(sessionId) ?? (isChange ? [] : undefined);
    this.#allowed.set(sessionId, allowed);
    const added = before === undefined ? [] : allowed.filter((rule) => !before.includes(rule));
    if (added.length === 0) return undefined;
    return { type: "outside", sessionId, act: { kind: "rules", sessionId, allowed: added } };
  }
}

function isSame(ours: RequestAnswer, theirs: RequestAnswer): boolean {
  return JSON.stringify(ours) === JSON.stringify(theirs);
}

/** Whether a text matches a pattern of opencode, in which `*` and `?` are wild and a last ` *` optional. */
function matches(text: string, pattern: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*").replaceAll("?", ".").replace(/ \.\*$/, "( .*)?");
  return new RegExp(`^${escaped}$`, "s").test(text);
}
