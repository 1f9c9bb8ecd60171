/** What can be done to the processes of the demo. */
export const controlNames = ["killBridge", "startBridge", "killOpencode"] as const;
/** One of {@linkcode controlNames}. */
export type ControlName = typeof controlNames[number];

/** Which processes run, and what the bridge has not delivered yet. */
export interface ProcessStatus {
  readonly bridge: "running" | "down";
  readonly opencode: "running" | "down";
  /** Rows of the bridge's ledger that have not reached Feishu, with the reason of the last failure. */
  readonly waiting: readonly { readonly what: string; readonly why: string }[];
}

/** The processes of the demo, as far as the page can control them. */
export interface ProcessControls {
  /** Never rejects. */
  status(): Promise<ProcessStatus>;
  /** Resolves when the process has started or ended. */
  run(name: ControlName): Promise<void>;
  /** Makes a fresh project for scenes and returns its directory. Without it there are no scenes. */
  readonly playground?: () => Promise<string>;
}
