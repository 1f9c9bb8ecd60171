import type { JsonObject } from "../../base/json.ts";
import type { TwinState } from "./twin_state.ts";

/** A REST request to a route. */
export interface RestCall {
  readonly state: TwinState;
  /** The values of the `:name` segments. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** The JSON body; empty when there is none. */
  readonly body: JsonObject;
  readonly raw: Uint8Array;
  readonly contentType: string;
  readonly authorization: string | undefined;
  /** The host and port with which the client reached the twin. */
  readonly host: string;
}

/** The answer of a route: `data` for the usual envelope, a complete body, or bytes. */
export type RouteAnswer =
  | { readonly data: unknown }
  | { readonly body: JsonObject; readonly status?: number }
  | { readonly bytes: Uint8Array; readonly mime: string };

/** A REST call of the platform. */
export interface Route {
  readonly method: string;
  /** A path with `:name` segments. */
  readonly path: string;
  /** Whether the call works without a tenant token. */
  readonly open?: boolean;
  readonly run: (call: RestCall) => RouteAnswer;
}
