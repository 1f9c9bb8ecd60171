/** What a service manager has to know about the bridge. */
export interface ServiceSpec {
  /** The program with its arguments. All paths are absolute. */
  readonly command: readonly string[];
  /** The directory with the settings, the state and the log. */
  readonly stateDir: string;
  /** The PATH for the tools that the agent runs. */
  readonly path: string;
  /** How other machines are reached. A proxy may have a password in it. */
  readonly network: Readonly<Record<string, string>>;
}

/** The file in the state directory with {@linkcode ServiceSpec.network}, for a manager that reads files. */
export const NETWORK_FILE = "service.env";
