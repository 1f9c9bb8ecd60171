import type { Twin } from "../feishu_twin/twin.ts";

/** The faults that last until they are switched off, in the order of the page. */
export const switchNames = [
  ...["offline", "halfOpen", "slow", "busy", "broken", "refuseCards", "refuseConnections"] as const,
] as const;
/** One of {@linkcode switchNames}. */
export type SwitchName = typeof switchNames[number];

/** The faults that happen once, in the order of the page. */
export const incidentNames = [
  ...["drop", "reset", "revokeToken", "loseAck", "loseAnswer", "redeliver"] as const,
  ...["quarterHour", "day"] as const,
] as const;
/** One of {@linkcode incidentNames}. */
export type IncidentName = typeof incidentNames[number];

/** How long `slow` delays every answer (ms). */
const SLOW_MS = 2_000;

/** The page's switches for the twin's faults. */
export class FaultSwitches {
  readonly #twin: Twin;
  #on: ReadonlySet<SwitchName> = new Set();

  constructor(twin: Twin) {
    this.#twin = twin;
  }

  /** The switches that are on. */
  get on(): SwitchName[] {
    return [...this.#on];
  }

  /** Turns one switch on or off and leaves the others alone. */
  turn(name: SwitchName, on: boolean): void {
    const next = new Set(this.#on);
    if (on) next.add(name);
    else next.delete(name);
    const offline = on && name === "offline" && !this.#on.has("offline");
    this.#on = next;
    const { faults } = this.#twin;
    // The rules of a single switch cannot be removed, so all rules are set again.
    faults.clear();
    faults.delay(next.has("slow") ? SLOW_MS : 0);
    faults.refuseConnections(
      next.has("offline") ? "http" : next.has("refuseConnections") ? "busy" : false,
    );
    faults.halfOpen(next.has("halfOpen"), { alsoNew: true });
    if (next.has("refuseCards")) faults.refuseCards();
    const always = { match: / \/open-apis\//, times: Infinity };
    if (next.has("offline")) faults.fail({ ...always, status: 502, html: true });
    if (next.has("busy")) faults.fail({ ...always, status: 429, retryAfterS: 1 });
    if (next.has("broken")) faults.fail({ ...always, status: 500 });
    if (offline) faults.reset();
  }

  /** Turns everything off. */
  clear(): void {
    this.#on = new Set();
    this.#twin.faults.clear();
  }

  /** Causes a fault that happens once. Throws when the chat has no message that it could apply to. */
  cause(name: IncidentName, chatId: string): void {
    const { faults, clock } = this.#twin;
    switch (name) {
      case "drop":
        return faults.drop();
      case "reset":
        return faults.reset();
      case "revokeToken":
        return faults.revokeToken();
      case "loseAck":
        return faults.loseAck();
      case "loseAnswer":
        return faults.fail({ match: / \/open-apis\/im\/v1\/messages/, loseAnswer: true });
      case "redeliver": {
        const last = this.#twin.messages(chatId).findLast(({ sender }) => sender.type === "user");
        if (last === undefined) throw new Error("Nobody has written here yet.");
        return this.#twin.redeliver(last.id);
      }
      case "quarterHour":
        return clock.advance(15 * 60_000);
      case "day":
        return clock.advance(24 * 3_600_000);
    }
  }
}
