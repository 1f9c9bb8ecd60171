import type { JsonObject } from "../base/json.ts";

/** A request of the agent that waits for a person to answer. */
export type AgentRequest = PermissionRequest | QuestionRequest;

/** The agent wants to do something that an opencode permission rule sets to `ask`. */
export interface PermissionRequest {
  readonly kind: "permission";
  readonly id: string;
  /** The kind of action: `bash`, `edit`, `external_directory`, … */
  readonly permission: string;
  /** What the rule is matched against, for example a command or a path. */
  readonly patterns: readonly string[];
  /** The patterns that *always* would allow. */
  readonly always: readonly string[];
  /** The whole shell command. */
  readonly command?: string;
  /** The file to be changed. */
  readonly file?: string;
  /** Where a patch moves files. */
  readonly moves?: readonly { readonly from: string; readonly to: string }[];
  /** The change, as a unified diff. */
  readonly diff?: string;
  /** The arguments of the tool call that asks, if they are known. */
  readonly input?: JsonObject;
  /** Whether the arguments are still on their way. */
  readonly isPartial?: boolean;
}

/** The agent's `question` tool, or one of its servers, waits for answers. */
export interface QuestionRequest {
  readonly kind: "question";
  readonly id: string;
  /** Asked one at a time; none if a chat cannot ask them. */
  readonly questions: readonly {
    readonly question: string;
    /** A short title; may be empty. */
    readonly header: string;
    readonly options: readonly { readonly label: string; readonly description: string }[];
    /** Whether several options may be chosen. */
    readonly multiple: boolean;
    /** Whether a free-text answer is allowed. */
    readonly custom: boolean;
  }[];
}

/** How a request was answered, by whomever. */
export type RequestAnswer =
  | { readonly kind: "permission"; readonly reply: PermissionReply["reply"] }
  /** One list of labels or free texts per question. */
  | { readonly kind: "question"; readonly answers: readonly (readonly string[])[] }
  | { readonly kind: "dismissed" };

/** What a person decided about a permission. */
export type PermissionReply =
  | { readonly reply: "once" | "always" }
  /** The agent continues with the reason; a rejection without one would end its turn silently. */
  | { readonly reply: "reject"; readonly reason: string };
