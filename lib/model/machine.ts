/** What a machine tells the others of itself. */
export interface MachineState {
  readonly name: string;
  /** Identifies this run of the program. */
  readonly instance: string;
  /** Identifies its state directory, which only one bridge at a time uses. */
  readonly home: string;
  /** Where a conversation that comes here begins. */
  readonly cwd: string;
  /** Where its conversations are. */
  readonly directories: readonly string[];
  /** Its opencode by version or host; empty while it is not known. */
  readonly opencode: string;
  readonly version: string;
  /** How many turns run. */
  readonly running: number;
  /** When this was written, in milliseconds since 1970, for people to read: clocks differ. */
  readonly at: number;
  /** It was stopped on purpose. */
  readonly isStopped?: boolean;
}

/** Which machine works for a conversation. */
export interface Ownership {
  /** The name of the machine that runs its turns. */
  readonly machine: string;
  /** The machine that sends its messages meanwhile, as the other one is away. */
  readonly sender?: string;
  /** The absence that the chat was told of, by what identifies the last sign of life before it. */
  readonly told?: string;
}

/** How a machine looks to another. */
export interface SeenMachine extends MachineState {
  /** Whether it is this one. */
  readonly isSelf: boolean;
  /** `silent`: too short to say that it is away, or nobody has looked for long enough. */
  readonly presence: "up" | "silent" | "away";
  /** For how long nothing was heard of it, in milliseconds. */
  readonly silentMs: number;
}
