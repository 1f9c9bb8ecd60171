import * as lark from "@larksuiteoapi/node-sdk";
import { object } from "../../../lib/base/json.ts";
import type { Twin } from "../../../lib/demo/feishu_twin/twin.ts";

const silence = () => {};
const logger = { error: silence, warn: silence, info: silence, debug: silence, trace: silence };

/** The official SDK's client for the twin's app. */
export function sdkClient(twin: Twin): lark.Client {
  const { id: appId, secret: appSecret } = twin.app;
  return new lark.Client({ appId, appSecret, domain: twin.url, logger });
}

/** What the handlers of {@linkcode connect} get and give. */
export type Handlers = Readonly<Record<string, (data: unknown) => unknown>>;

/** Connects the official SDK and waits until the twin sees it. */
export async function connect(twin: Twin, handlers: Handlers): Promise<Disposable> {
  const { id: appId, secret: appSecret } = twin.app;
  const before = twin.connections();
  const wsConfig = { pingTimeout: 1 };
  const ws = new lark.WSClient({ appId, appSecret, domain: twin.url, logger, wsConfig });
  const eventDispatcher = new lark.EventDispatcher({ logger }).register({ ...handlers });
  await ws.start({ eventDispatcher });
  await twin.until(() => twin.connections() > before, { what: "the SDK to connect" });
  return { [Symbol.dispose]: () => ws.close({ force: true }) };
}

/** What a REST call gave. */
export interface Answer {
  readonly status: number;
  readonly code: unknown;
  readonly msg: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

/** Calls the twin's REST API as the app. */
export interface Api {
  (method: string, path: string, body?: unknown): Promise<Answer>;
}

/** Gets a token and gives a function that calls with it. */
export async function restApi(twin: Twin): Promise<Api> {
  const call = async (method: string, path: string, body: unknown, token: string) => {
    const response = await fetch(`${twin.url}/open-apis/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body instanceof FormData ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined
        ? {}
        : { body: body instanceof FormData ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const whole = object(await response.json());
    const { status, headers } = response;
    return {
      status,
      headers,
      code: whole.code,
      msg: String(whole.msg),
      data: object(whole.data),
      whole,
    };
  };
  const { id: app_id, secret: app_secret } = twin.app;
  const path = "auth/v3/tenant_access_token/internal";
  const { whole } = await call("POST", path, { app_id, app_secret }, "");
  const token = String(whole.tenant_access_token);
  return (method, path, body) => call(method, path, body, token);
}

/** Sends a message to the first user's chat, or to `chat`. */
export function send(
  api: Api,
  twin: Twin,
  type: string,
  content: unknown,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  return api("POST", "im/v1/messages?receive_id_type=chat_id", {
    receive_id: twin.chat.id,
    msg_type: type,
    content: JSON.stringify(content),
    ...more,
  });
}

/** A card with these elements. */
export function card(elements: readonly unknown[], more: Readonly<Record<string, unknown>> = {}) {
  return { schema: "2.0", config: { update_multi: true }, body: { elements }, ...more };
}
