/** Something that the agent waits for until somebody answers. */
export type AgentRequest = PermissionRequest | QuestionRequest;

/** The agent wants to do something that a rule `ask` guards. */
export interface PermissionRequest {
  readonly kind: "permission";
  readonly id: string;
  /** What it wants to do: `bash`, `edit`, `external_directory`, … */
  readonly permission: string;
  /** What exactly, as the rule sees it. */
  readonly patterns: readonly string[];
  /** What *always* would allow. */
  readonly always: readonly string[];
  /** The whole command. */
  readonly command?: string;
  /** The file that it would change. */
  readonly file?: string;
  /** The change, as a unified diff. */
  readonly diff?: string;
}

/** The agent's `question` tool waits for answers. */
export interface QuestionRequest {
  readonly kind: "question";
  readonly id: string;
  /** Asked one after the other; at least one. */
  readonly questions: readonly {
    readonly question: string;
    /** A short title; may be empty. */
    readonly header: string;
    readonly options: readonly { readonly label: string; readonly description: string }[];
    /** Whether several options may be chosen. */
    readonly multiple: boolean;
    /** Whether an answer in own words is welcome. */
    readonly custom: boolean;
  }[];
}

/** What a person decided about a permission. */
export type PermissionReply =
  | { readonly reply: "once" | "always" }
  /** The agent goes on from the reason; a bare rejection would end its turn without a word. */
  | { readonly reply: "reject"; readonly reason: string };
