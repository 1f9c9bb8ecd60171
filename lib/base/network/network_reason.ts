import { describe } from "../errors.ts";
import { proxyFor } from "./proxy.ts";

/** What Deno's HTTP client says before the reason: the address, which the caller knows, and its own layers. */
const LAYERS =
  /^error sending request for url \(.*?\): (?:client error \(\w+\): )?(?:tcp connect error: )?/;
/** No connection to the first machine on the way, which is the proxy where there is one. */
const NO_CONNECTION = /tcp connect error: |\(Connect\): (?:dns error: |Proxy server unreachable)/;

/**
 * Why a request has had no answer, in words that say what to do where the environment is at fault: a proxy
 * that wants a password, or that reads what is encrypted and signs it itself.
 *
 * @param error What `fetch` or axios threw. Its outer error only says that it has failed.
 */
export function networkReason(error: unknown, url: URL): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (isLate(inner)) return "no answer in time";
  const said = describe(inner);
  if (isUnknownIssuer(said)) {
    return `the certificate of ${url.host} is from an issuer that this machine does not know ` +
      "(UnknownIssuer): if your network has a certificate of its own, set NODE_EXTRA_CA_CERTS to a " +
      "file with it";
  }
  const proxy = proxyFor(url, Deno.env);
  const why = said.replace(LAYERS, "");
  if (proxy === undefined) return why;
  // The words of Deno's HTTP client.
  if (/proxy authentication required/.test(said)) return proxyRefused(proxy, 407);
  if (/unsuccessful tunnel/.test(said)) return proxyRefused(proxy);
  return NO_CONNECTION.test(said) ? proxyAway(proxy, why) : why;
}

/** Whether a request was given up because its time was over. */
function isLate(error: unknown): boolean {
  if (error instanceof DOMException) return error.name === "TimeoutError";
  // As axios says it.
  return error instanceof Error && "code" in error && error.code === "ETIMEDOUT";
}

/** Whether an error is about a certificate whose issuer nobody here knows; in Deno's words or Node's. */
export function isUnknownIssuer(text: string): boolean {
  return /UnknownIssuer|unable to (?:verify|get)[^]*certificate|self[- ]signed certificate/.test(
    text,
  );
}

/** Whether an error is about a proxy. */
export function isProxyTrouble(text: string): boolean {
  return /proxy authentication required|unsuccessful tunnel|the proxy \S+ (?:cannot|wants|does not|opens)/
    .test(text);
}

/** Why a proxy cannot be reached. Its password is not said. */
export function proxyAway({ host }: URL, why: string): string {
  return `the proxy ${host} cannot be reached: ${why}`;
}

/** What to do about a proxy that refuses, with its HTTP status where it is known. Its password is not said. */
export function proxyRefused({ host, username }: URL, status?: number): string {
  const shown = status === undefined ? "" : ` (HTTP ${status})`;
  if (status !== 407) return `the proxy ${host} opens no way out${shown}`;
  const how = username === "" ? "wants a user name and a password" : "does not take the password";
  return `the proxy ${host} ${how}: put both before its host in HTTPS_PROXY, with : and @${shown}`;
}
