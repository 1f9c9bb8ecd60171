/** A prompt in a session of the agent, whoever put it in. */
export interface Prompt extends PromptMark {
  readonly text: string;
  /** The agent itself put it in: what it had left to run in the background has ended. */
  readonly isByAgent: boolean;
}

/** Which prompt of a session it is. */
export interface PromptMark {
  readonly id: string;
  /** When it was put in, in milliseconds since 1970 on the agent's clock. */
  readonly created: number;
}
