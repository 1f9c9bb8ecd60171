/** How machines watch over each other, in milliseconds. */
export interface MachineTimes {
  /** Between two signs of life. */
  readonly beatMs: number;
  /** After so much silence, no new conversation goes to a machine, and it does not count. */
  readonly silentMs: number;
  /** After so much silence, a machine is away: others say so, and send what it has finished. */
  readonly awayMs: number;
  /**
   * For how long a machine goes on that can give no sign of life. It is shorter than `awayMs`, so that it has
   * stopped when others take over.
   */
  readonly leaseMs: number;
  /** How long a name must be silent before another bridge takes it over. */
  readonly claimMs: number;
  /** How long a message waits for those that were sent before it and came to other machines. */
  readonly orderMs: number;
  /** Between two looks for news of which nobody has told. */
  readonly lookMs: number;
}

/** The times that are used unless a test has others. */
export const MACHINE_TIMES: MachineTimes = {
  beatMs: 10_000,
  silentMs: 45_000,
  awayMs: 5 * 60_000,
  leaseMs: 4 * 60_000,
  claimMs: 35_000,
  orderMs: 200,
  lookMs: 30_000,
};
