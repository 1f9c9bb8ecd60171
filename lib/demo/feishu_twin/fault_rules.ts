/** A REST failure to play. */
export interface RestFault {
  /** Tested against `METHOD /path`; every request unless given. */
  readonly match?: RegExp;
  /** HTTP status of the answer, 500 unless given. */
  readonly status?: number;
  /** Feishu's code in the answer; 99991400 for status 429, else 2200, unless given. */
  readonly code?: number;
  readonly msg?: string;
  /** How many requests it hits, 1 unless given. */
  readonly times?: number;
  /** Seconds for `x-ogw-ratelimit-reset`. */
  readonly retryAfterS?: number;
  /** Answers with an HTML page as a gateway would. */
  readonly html?: boolean;
  /** Never answers. */
  readonly hang?: boolean;
  /** Does what was asked, then destroys the socket instead of answering. */
  readonly loseAnswer?: boolean;
}

/** A refusal of cards to play. */
export interface CardFault {
  /** 230099 unless given. */
  readonly code?: number;
  /** The `ErrCode` inside the message, 11310 unless given. */
  readonly inner?: number;
  /** How many cards it hits; all until cleared unless given. */
  readonly times?: number;
  /** Tested against the card's JSON text. */
  readonly match?: RegExp;
}

/** How the long connection's endpoint refuses: see {@linkcode FaultRules.refuseConnections}. */
export type ConnectionRefusal = "busy" | "http" | "handshake" | "no-data";

interface Counted<T> {
  readonly fault: T;
  left: number;
}

/** The faults that REST requests meet. */
export class FaultRules {
  /** Milliseconds by which every REST answer is late. */
  delayMs = 0;
  /** Set while connections are refused. */
  refuseConnections: ConnectionRefusal | undefined;
  #rest: Counted<RestFault>[] = [];
  #cards: Counted<CardFault>[] = [];

  /** Plays this for the next matching requests. */
  addRest(fault: RestFault): void {
    this.#rest.push({ fault, left: fault.times ?? 1 });
  }

  /** Plays this for the next matching cards. */
  addCard(fault: CardFault): void {
    this.#cards.push({ fault, left: fault.times ?? Infinity });
  }

  /** The fault that this request meets, used up by one. */
  takeRest(request: string): RestFault | undefined {
    return take(this.#rest, (fault) => fault.match?.test(request) ?? true);
  }

  /** The fault that this card meets, used up by one. */
  takeCard(card: string): CardFault | undefined {
    return take(this.#cards, (fault) => fault.match?.test(card) ?? true);
  }

  /** Forgets all faults. */
  clear(): void {
    this.delayMs = 0;
    this.refuseConnections = undefined;
    this.#rest = [];
    this.#cards = [];
  }
}

function take<T>(rules: Counted<T>[], matches: (fault: T) => boolean): T | undefined {
  const rule = rules.find(({ fault, left }) => left > 0 && matches(fault));
  if (rule !== undefined) rule.left -= 1;
  return rule?.fault;
}
