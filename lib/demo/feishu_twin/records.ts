/** How many records of each kind are kept. The oldest are dropped. */
export const MAX_RECORDS = 20_000;

/** One REST request that reached the twin. */
export interface RequestRecord {
  /** When it arrived, in real time: milliseconds since the epoch with a fraction. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The JSON body without secrets; for uploads the fields of the form and the number of bytes. */
  readonly body: unknown;
  /** HTTP status of the answer; 0 until the twin answers, and when a fault withholds the answer. */
  status: number;
  /** Feishu's code in the answer. */
  code?: number;
  /** Feishu's message for a code other than 0. */
  msg?: string;
  /** Milliseconds from the arrival to the answer. */
  ms?: number;
}

/** One acknowledgement of a delivered event. */
export interface AckRecord {
  readonly eventId: string;
  readonly eventType: string;
  /** The message that the event is about. */
  readonly messageId?: string;
  /** 1 for the first delivery. */
  readonly attempt: number;
  /** When it arrived, in real time: milliseconds since the epoch with a fraction. */
  readonly receivedAt: number;
  /** Milliseconds from the sending of the frame to its acknowledgement. */
  readonly ackMs: number;
  /** The `code` in the payload; 200 for success. */
  readonly code: number;
  /** The decoded `data` of the payload. */
  readonly data?: unknown;
}
