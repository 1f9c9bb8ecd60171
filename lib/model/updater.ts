/** A newer version of the program. */
export interface NewVersion {
  readonly version: string;
  /** What is new, in Markdown; may be empty. */
  readonly notes: string;
}

/** Installs newer versions of the program. */
export interface Updater {
  /** The version that runs. */
  readonly version: string;
  /** Remembers the id of what is about to be installed on this machine. */
  begin(id: string): Promise<void>;
  /** The last id that {@linkcode Updater.begin} remembered, in an earlier run of the program too. */
  lastId(): Promise<string | undefined>;
  /**
   * Looks for a newer version; `undefined` if there is none.
   *
   * @throws {UsageError} When nothing can be installed here, or it cannot be found out.
   */
  newest(signal: AbortSignal): Promise<NewVersion | undefined>;
  /**
   * Installs the newest version. Then the program ends and is started again, unless that has to be done `by hand`.
   *
   * @param version The one that was agreed to: another one is not installed.
   * @throws {UsageError} With why nothing was changed.
   */
  install(version: string): Promise<"restarts" | "by hand">;
}
