import { hasProxy, withoutLoopback } from "./proxy.ts";

/** The part of `Deno.env` that is needed. */
export type Environment = Pick<Deno.Env, "get" | "set" | "delete">;

/** Variables that name a file with certificates. Deno refuses every connection if it cannot read one. */
const CERTIFICATES = ["DENO_CERT", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] as const;

/** A variable that names a file with certificates which cannot be read. */
export interface UnreadableCertificates {
  readonly name: string;
  readonly path: string;
}

/**
 * Sets how this process reaches other machines. It has to run before the first connection: until then Deno
 * reads these variables, in a binary too, and never again (2.7 to 2.9). Processes that we start inherit them.
 *
 * - This machine's own addresses are reached without a proxy.
 * - The system's certificates count beside Mozilla's, which Deno has built in. `SSL_CERT_FILE` and
 *   `SSL_CERT_DIR` are where the system's are. Those of `NODE_EXTRA_CA_CERTS` count too.
 * - The library `ws` does not look for its optional native packages.
 *
 * @returns The variables that are left out, because their files cannot be read.
 */
export function prepareNetwork(env: Environment = Deno.env): UnreadableCertificates[] {
  if (hasProxy(env)) {
    const hosts = withoutLoopback(env);
    // Programs differ in which of the two they prefer.
    for (const name of ["NO_PROXY", "no_proxy"]) env.set(name, hosts);
  }
  const unreadable: UnreadableCertificates[] = [];
  for (const name of CERTIFICATES) {
    const path = env.get(name);
    if (!path || isReadable(path)) continue;
    unreadable.push({ name, path });
    env.delete(name);
  }
  const extra = env.get("NODE_EXTRA_CA_CERTS");
  if (extra && !env.get("DENO_CERT")) env.set("DENO_CERT", extra);
  if (!env.get("DENO_TLS_CA_STORE")) env.set("DENO_TLS_CA_STORE", "system,mozilla");
  for (const name of ["WS_NO_BUFFER_UTIL", "WS_NO_UTF_8_VALIDATE"]) env.set(name, "1");
  return unreadable;
}

function isReadable(path: string): boolean {
  try {
    return Deno.readFileSync(path).length > 0;
  } catch {
    return false;
  }
}
