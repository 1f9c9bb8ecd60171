import type { Json } from "./json.ts";

/** A prompt or the like that waits to be delivered. */
export interface InboxItem {
  readonly id: string;
  readonly created: number;
  readonly seq: number;
  readonly type: string;
  readonly payload: Json;
  delivery: string;
}

/** A question of the agent, or a form of another kind. */
export interface Form {
  readonly form: Json;
  /** `undefined` while nobody has answered. */
  state?: { readonly status: "answered"; readonly answer: Json } | { readonly status: "cancelled" };
}

/** A session as the stand-in stores it, in the names of 2.0. */
export interface Session {
  readonly id: string;
  readonly directory: string;
  /** What `GET` shows besides: title, agent, model, cost, tokens, time and so on. */
  info: Json;
  messages: Json[];
  inbox: InboxItem[];
  /** Everything that was ever accepted, by id. */
  readonly accepted: Map<string, InboxItem>;
  /** Permission requests that nobody answered yet. */
  readonly permissions: Map<string, Json>;
  readonly forms: Map<string, Form>;
  /** The number of the next durable event. */
  seq: number;
  /** The durable events. */
  readonly log: Json[];
}

/** An empty session. */
export function newSession(id: string, directory: string, info: Json): Session {
  return {
    id,
    directory,
    info,
    messages: [],
    inbox: [],
    accepted: new Map(),
    permissions: new Map(),
    forms: new Map(),
    seq: 0,
    log: [],
  };
}
