import { CARDKIT_ROUTES } from "./cardkit_routes.ts";
import { EXTRA_ROUTES } from "./extra_routes.ts";
import { IM_ROUTES } from "./im_routes.ts";
import type { ConnectionRefusal } from "./fault_rules.ts";
import { string } from "../../base/json.ts";
import { sameSecret } from "../../base/secrets/same_secret.ts";
import { Refusal } from "./refusal.ts";
import { decodeSegment } from "./request_target.ts";
import type { RestCall, Route, RouteAnswer } from "./route.ts";
import { RESOURCE_ROUTES } from "./resource_routes.ts";

/** All calls that the twin knows. */
export const ROUTES: readonly Route[] = [
  {
    method: "POST",
    path: "/open-apis/auth/v3/tenant_access_token/internal",
    open: true,
    run: tenantToken,
  },
  { method: "POST", path: "/callback/ws/endpoint", open: true, run: connectionEndpoint },
  { method: "GET", path: "/open-apis/bot/v3/info", run: botInfo },
  { method: "GET", path: "/open-apis/application/v6/scopes", run: scopes },
  { method: "GET", path: "/open-apis/event/v1/connection", run: onlineConnections },
  ...IM_ROUTES,
  ...RESOURCE_ROUTES,
  ...CARDKIT_ROUTES,
  ...EXTRA_ROUTES,
];

const COMPILED = ROUTES.map((route) => ({ route, segments: route.path.split("/") }));

/**
 * Finds the route for a request.
 *
 * @returns The route and its `:name` values; `undefined` when the platform has no such call.
 */
export function findRoute(
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | undefined {
  const given = path.split("/");
  for (const { route, segments } of COMPILED) {
    if (route.method !== method || segments.length !== given.length) continue;
    const params: Record<string, string> = {};
    const fits = segments.every((segment, index) => {
      const value = given[index] ?? "";
      if (!segment.startsWith(":")) return segment === value;
      const decoded = decodeSegment(value) ?? "";
      params[segment.slice(1)] = decoded;
      return decoded !== "";
    });
    if (fits) return { route, params };
  }
  return undefined;
}

/** Runs a route after checking the token and the rate limit of the API, which is the route. */
export function runRoute(route: Route, call: RestCall): RouteAnswer {
  if (!route.open) {
    call.state.tokens.check(call.authorization);
    const waitMs = call.state.perApi.waitMs(`${route.method} ${route.path}`);
    if (waitMs > 0) {
      throw new Refusal(99991400, "request trigger frequency limit", 429, {
        "x-ogw-ratelimit-limit": "50",
        "x-ogw-ratelimit-reset": String(Math.ceil(waitMs / 1000)),
      });
    }
  }
  return call.state.contingent.run(route, () => route.run(call));
}

/** Answers with HTTP 200 even when the credentials are wrong, like the platform. */
function tenantToken({ state, body }: RestCall): RouteAnswer {
  const { app_id: id, app_secret: secret } = body;
  if (!string(id) || !string(secret)) return { body: { code: 10003, msg: "invalid param" } };
  if (id !== state.app.id || !sameSecret(string(secret) ?? "", state.app.secret)) {
    return { body: { code: 10014, msg: "app secret invalid" } };
  }
  const { token, expire } = state.tokens.issue();
  return { body: { code: 0, msg: "ok", tenant_access_token: token, expire } };
}

/** What the endpoint answers while connections are refused (constants of the Go SDK; clients that were seen). */
const CONNECTION_REFUSALS: Readonly<Partial<Record<ConnectionRefusal, RouteAnswer>>> = {
  "busy": { body: { code: 1, msg: "system busy", data: {} } },
  "busy-or-secret": { body: { code: 1000040345, msg: "system busy", data: null } },
  "full": { body: { code: 1000040350, msg: "exceed conn limit", data: null } },
  "wrong-domain": { body: { code: 1000040351, msg: "Incorrect domain name", data: null } },
  "http": { body: { code: 2200, msg: "Internal Error" }, status: 503 },
  "no-data": { body: { code: 1000040343, msg: "internal error", data: null } },
};

/** The codes are the constants of the official Go SDK. */
function connectionEndpoint({ state, body, host }: RestCall): RouteAnswer {
  const { refuseConnections } = state.faults;
  const refusal = refuseConnections && CONNECTION_REFUSALS[refuseConnections];
  if (refusal !== undefined) return refusal;
  if (body.AppID !== state.app.id) {
    return { body: { code: 1000040346, msg: "app_id is invalid", data: null } };
  }
  if (!sameSecret(string(body.AppSecret) ?? "", state.app.secret)) {
    return { body: { code: 514, msg: "auth failed", data: null } };
  }
  return { body: { code: 0, msg: "", data: state.connection.endpoint(host) } };
}

function botInfo({ state: { app } }: RestCall): RouteAnswer {
  const bot = {
    activate_status: 2,
    app_name: app.name,
    avatar_url: "",
    ip_white_list: [],
    open_id: app.openId,
  };
  return { body: { code: 0, msg: "ok", bot } };
}

function scopes({ state }: RestCall): RouteAnswer {
  return {
    data: {
      scopes: [...state.scopes].map((name) => ({
        scope_name: name,
        grant_status: 1,
        scope_type: "tenant",
      })),
    },
  };
}

/** How many long connections the app holds (the page of event subscription). */
function onlineConnections({ state }: RestCall): RouteAnswer {
  return { data: { online_instance_cnt: state.connection.count } };
}
