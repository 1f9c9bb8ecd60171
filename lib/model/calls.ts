/** What is stored of the calls to the chat platform. Months and days are those of the platform. */
export interface CallRecord {
  /** For example `2026-11`. */
  readonly month: string;
  /** How many calls of this month count. */
  readonly calls: number;
  /** For example `2026-11-28`. */
  readonly day: string;
  readonly today: number;
  /** Whether the platform ever said that the month's calls are used up. */
  readonly isLimited?: boolean;
  /** When they were last possible again after they had been used up, on the platform's clock. */
  readonly refilledAt?: number;
  /** Whether this month's warning was given. */
  readonly isWarned?: boolean;
  /** Set while the month's calls are used up; both in milliseconds since 1970 on the platform's clock. */
  readonly usedUp?: {
    readonly since: number;
    /** When it was last tried whether calls are possible again. */
    readonly triedAt: number;
  };
}

/** The month's calls, as people are told about them. */
export interface CallCounts {
  readonly month: number;
  readonly today: number;
  /** How many a month has; 0 if that is not known. */
  readonly perMonth: number;
  /** Until when they are used up, for people; empty if they are not. */
  readonly usedUpUntil: string;
}
