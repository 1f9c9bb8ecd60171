/** How many records of a kind are kept; the oldest go first. */
export const mostRecords = 20_000;

/** One REST request that reached the twin. */
export interface RequestRecord {
  /** When it arrived: real time, milliseconds since the epoch with a fraction. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The parsed JSON body without secrets; for uploads the form's fields and the number of bytes. */
  readonly body: unknown;
  /** HTTP status of the answer; 0 until it is given, and when it was withheld by a fault. */
  status: number;
  /** Feishu's code in the answer, once it is given. */
  code?: number;
  /** Feishu's words for a code that is not 0. */
  msg?: string;
  /** Milliseconds from the arrival to the answer, once it is given. */
  ms?: number;
}

/** One acknowledgement of a delivered event. */
export interface AckRecord {
  readonly eventId: string;
  readonly eventType: string;
  /** For events about a message. */
  readonly messageId?: string;
  /** 1 for the first delivery. */
  readonly attempt: number;
  /** When it arrived: real time, milliseconds since the epoch with a fraction. */
  readonly receivedAt: number;
  /** Milliseconds from the frame's leaving to its acknowledgement. */
  readonly ackMs: number;
  /** The `code` in the payload; 200 is a success. */
  readonly code: number;
  /** The decoded `data` of the payload, if there was any. */
  readonly data?: unknown;
}
