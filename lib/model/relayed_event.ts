import type { Arrival } from "./chat_events.ts";
import type { Click } from "./message.ts";
import type { Place, Target } from "./place.ts";
import type { Run } from "./turn.ts";

/** What one machine passes on to another, whose conversation it is about. Messages are in the inbox instead. */
export type RelayedEvent =
  | { readonly kind: "click"; readonly click: Click }
  | { readonly kind: "recall"; readonly chatId: string; readonly messageId: string }
  | { readonly kind: "arrival"; readonly arrival: Arrival }
  /** A line that is to be sent to a place. */
  | {
    readonly kind: "say";
    readonly place: Place;
    readonly target: Target;
    readonly text: string;
  }
  /** What the machine did for a conversation that another one has taken over: it is to stop that. */
  | { readonly kind: "stop"; readonly runs: readonly Run[] };
