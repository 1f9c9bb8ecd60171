import { number, object, string } from "../../base/json.ts";
import { type HttpRequest, requestJson, returned } from "../rest/http.ts";
import type { Credentials } from "../rest/token.ts";

/** How long the request for the address may take, in milliseconds. */
const ADDRESS_MS = 8_000;

/** Where to connect. It is good for one connection. */
export interface Address {
  /** With a ticket: it is a secret. */
  readonly url: string;
  /** Which service the connection is to, by the address. */
  readonly service: number;
  /** How often Feishu wants a ping, in milliseconds, if it says so. */
  readonly pingMs: number | undefined;
}

/**
 * Asks Feishu where to connect, with the app's secret (`POST /callback/ws/endpoint`, as the official SDKs do).
 *
 * @throws {ApiError} When Feishu refuses.
 * @throws {NetworkError} When it does not answer.
 */
export async function askAddress(
  { appId, appSecret, domain }: Credentials,
  request: Pick<HttpRequest, "client" | "signal"> = {},
): Promise<Address> {
  const { data } = await requestJson({
    method: "post",
    url: `${domain}/callback/ws/endpoint`,
    data: { AppID: appId, AppSecret: appSecret },
    headers: { locale: "zh" },
    timeout: ADDRESS_MS,
    ...request,
  });
  const { URL: address, ClientConfig } = object(data);
  const url = returned({ URL: address }, "URL");
  const service = Number(URL.parse(url)?.searchParams.get("service_id") ?? 0);
  return { url, service: service || 0, pingMs: pingMs(object(ClientConfig).PingInterval) };
}

/** A ping interval in milliseconds from Feishu's seconds, if there is one. */
export function pingMs(seconds: unknown): number | undefined {
  const value = number(seconds) ?? Number(string(seconds) ?? 0);
  return value > 0 ? value * 1000 : undefined;
}
