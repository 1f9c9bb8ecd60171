import type { IncomingMessage } from "node:http";

/** The hosts of a machine's own loopback device. */
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

/**
 * Path and query of a request. `undefined` when it does not name a path of this server: then it is not a
 * request of a browser, of the SDK or of the bridge.
 */
export function requestTarget({ url = "" }: IncomingMessage): URL | undefined {
  // Not resolved against a base, for which `//x` would be another host, and `//[` an error.
  return url.startsWith("/") ? URL.parse(`http://twin${url}`) ?? undefined : undefined;
}

/**
 * Whether a request was sent to this machine by a name that cannot be anybody else's. A web page whose
 * server's name was made to point here (DNS rebinding) sends the name of that server.
 */
export function isForLoopback({ headers }: IncomingMessage): boolean {
  return LOOPBACK.test(headers.host ?? "");
}

/** The value of a percent-encoded segment of a path; `undefined` when it is malformed. */
export function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
