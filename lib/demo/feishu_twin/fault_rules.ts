/** A failure of REST requests. */
export interface RestFault {
  /** Which requests fail, tested against `METHOD /path`; all by default. */
  readonly match?: RegExp;
  /** The HTTP status of the answer; 500 by default. */
  readonly status?: number;
  /** Feishu's code in the answer; by default 99991400 for status 429 and 2200 for others. */
  readonly code?: number;
  readonly msg?: string;
  /** How many requests fail; 1 by default. */
  readonly times?: number;
  /** The value of the header `x-ogw-ratelimit-reset` (s). */
  readonly retryAfterS?: number;
  /** Answers with an HTML page, like a gateway. */
  readonly html?: boolean;
  /** Answers with exactly this body. */
  readonly body?: string;
  /** Never answers. */
  readonly hang?: boolean;
  /**
   * Carries out the request, then destroys the socket instead of answering; with a `status`, a gateway's page of
   * that status is the answer.
   */
  readonly loseAnswer?: boolean;
}

/** A refusal of cards. */
export interface CardFault {
  /** 230099 by default. */
  readonly code?: number;
  /** The `ErrCode` inside the message; 11310 by default. */
  readonly inner?: number;
  /** The `ErrMsg` inside the message. */
  readonly reason?: string;
  /** How many cards are refused; by default all until the faults are cleared. */
  readonly times?: number;
  /** Which cards are refused, tested against their JSON text. */
  readonly match?: RegExp;
}

/** How connections are refused; see `TwinFaults.refuseConnections`. */
export type ConnectionRefusal =
  | "busy"
  | "busy-or-secret"
  | "full"
  | "wrong-domain"
  | "http"
  | "handshake"
  | "no-data";

interface Counted<T> {
  readonly fault: T;
  left: number;
}

/** The faults of REST requests and of new connections. */
export class FaultRules {
  /** How long every REST answer is delayed (ms). */
  delayMs = 0;
  /** Set while long connections are refused. */
  refuseConnections: ConnectionRefusal | undefined;
  #rest: Counted<RestFault>[] = [];
  #cards: Counted<CardFault>[] = [];

  /** Makes the next matching requests fail. */
  addRest(fault: RestFault): void {
    this.#rest.push({ fault, left: fault.times ?? 1 });
  }

  /** Refuses the next matching cards. */
  addCard(fault: CardFault): void {
    this.#cards.push({ fault, left: fault.times ?? Infinity });
  }

  /** The fault for this request, which counts as used once more. */
  restFault(request: string): RestFault | undefined {
    return use(this.#rest, (fault) => fault.match?.test(request) ?? true);
  }

  /** The fault for this card, which counts as used once more. */
  cardFault(card: string): CardFault | undefined {
    return use(this.#cards, (fault) => fault.match?.test(card) ?? true);
  }

  /** Removes all faults. */
  clear(): void {
    this.delayMs = 0;
    this.refuseConnections = undefined;
    this.#rest = [];
    this.#cards = [];
  }
}

function use<T>(rules: Counted<T>[], matches: (fault: T) => boolean): T | undefined {
  const rule = rules.find(({ fault, left }) => left > 0 && matches(fault));
  if (rule !== undefined) rule.left -= 1;
  return rule?.fault;
}
