import { type JsonObject, object } from "../../base/json.ts";
import { type HttpRequest, requestJson, returned } from "../rest/http.ts";
import type { Credentials } from "../rest/token.ts";

/**
 * Asks for the address of the long connection.
 *
 * @param timeout How long that may take, in milliseconds.
 * @returns The answer in the form that the SDK needs. Its `ClientConfig` is optional (it is a pointer in the official
 * Go SDK), without it the SDK fails.
 */
export async function askAddress(request: HttpRequest, timeout: number) {
  const answer: JsonObject = await requestJson({ ...request, timeout });
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
