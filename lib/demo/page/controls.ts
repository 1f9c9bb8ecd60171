/** What can be done to the processes around the twin. */
export const controlNames = ["killBridge", "startBridge", "killOpencode"] as const;
/** One of {@linkcode controlNames}. */
export type ControlName = typeof controlNames[number];

/** How the processes are, and what waits in the bridge. */
export interface Look {
  readonly bridge: "running" | "down";
  readonly opencode: "running" | "down";
  /** Rows of the bridge's ledger that have not reached Feishu, and why not. */
  readonly waiting: readonly { readonly what: string; readonly why: string }[];
}

/** The processes around the twin, as far as the page may handle them; `demo` has them. */
export interface Controls {
  /** Looks at the processes. Never rejects. */
  look(): Promise<Look>;
  /** Does it; resolves when it is done. */
  act(name: ControlName): Promise<void>;
  /** Makes a fresh little project for scenes and gives its directory; absent: no scenes. */
  readonly playground?: () => Promise<string>;
}
