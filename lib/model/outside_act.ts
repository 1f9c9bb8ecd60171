import type { AgentRequest, PermissionRequest, RequestAnswer } from "./agent_request.ts";

/**
 * What somebody did through the agent's server without this bridge: a person at the computer, or a program
 * that the agent runs.
 */
export type OutsideAct =
  /** Answered a request of the agent; `request` is not set if nobody saw it being asked. */
  | {
    readonly kind: "answer";
    readonly requestId: string;
    readonly request?: AgentRequest;
    readonly answer: RequestAnswer;
  }
  /** Approved a request, once or forever, while the bridge did not hear of it. */
  | {
    readonly kind: "missed";
    readonly requestId: string;
    readonly request: PermissionRequest;
  }
  /** Allowed a session what it had to ask for before. */
  | {
    readonly kind: "rules";
    readonly sessionId: string;
    /** The new rules, each as `permission pattern`. */
    readonly allowed: readonly string[];
  };
