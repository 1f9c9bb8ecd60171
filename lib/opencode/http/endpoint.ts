/** Where an opencode server listens, and its password. */
export interface Endpoint {
  readonly url: string;
  readonly password?: string;
  /** Whether this run of the program started the server. */
  readonly isNew?: boolean;
}

/** Finds a server that answers. It may start one first, which takes its time. */
export type EndpointSource = (signal: AbortSignal) => Promise<Endpoint>;
