import type { JsonObject } from "../../base/json.ts";
import type { TwinState } from "./twin_state.ts";

/** A REST request on its way to a route. */
export interface RestCall {
  readonly state: TwinState;
  /** Values of the `:name` segments. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** The JSON body, `{}` when there is none. */
  readonly body: JsonObject;
  readonly raw: Uint8Array;
  readonly contentType: string;
  readonly authorization: string | undefined;
  /** Host and port by which the client reached the twin. */
  readonly host: string;
}

/** What a route answers: `data` in the usual envelope, a whole body, or bytes. */
export type RouteAnswer =
  | { readonly data: unknown }
  | { readonly whole: JsonObject; readonly status?: number }
  | { readonly bytes: Uint8Array; readonly mime: string };

/** One REST call of the platform. */
export interface Route {
  readonly method: string;
  /** Path with `:name` segments. */
  readonly path: string;
  /** Works without a tenant token. */
  readonly open?: boolean;
  readonly run: (call: RestCall) => RouteAnswer;
}
