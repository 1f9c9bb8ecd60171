import { type JsonObject, object } from "../../base/json.ts";
import { type HttpRequest, requestJson, returned } from "../rest/http.ts";
import type { Credentials } from "../rest/token.ts";

/** How long the request may take, in milliseconds. */
const TIMEOUT_MS = 8_000;

/**
 * Asks for the address of the long connection.
 *
 * @returns The answer in the form that the SDK needs. Its `ClientConfig` is optional (it is a pointer in the official
 * Go SDK), without it the SDK fails.
 */
export async function askAddress(request: HttpRequest) {
  const answer: JsonObject = await requestJson({ ...request, timeout: TIMEOUT_MS });
  const { URL, ClientConfig } = object(answer.data);
  const address = returned({ URL }, "URL");
  return { ...answer, data: { URL: address, ClientConfig: object(ClientConfig) } };
}

/** The SDK's request for it (1.74), which can be made before the SDK is loaded. */
export function addressRequest({ domain, appId, appSecret }: Credentials): HttpRequest {
  return {
    url: `${domain}/callback/ws/endpoint`,
    method: "post",
    data: { AppID: appId, AppSecret: appSecret },
    headers: { locale: "zh" },
  };
}
