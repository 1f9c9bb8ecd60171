import { resolve } from "@std/path";

/** How other machines are reached: proxies, and hosts without one. Programs read either case. */
const PROXIES = ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"] as const;

/** Files and directories with certificates. */
const CERTIFICATES = [
  "DENO_CERT",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
] as const;

/** The names of the variables that say how other machines are reached. */
export const NETWORK_VARIABLES: readonly string[] = [
  ...PROXIES.flatMap((name) => [name, name.toLowerCase()]),
  ...CERTIFICATES,
];

/**
 * The variables that say how other machines are reached, for a program that runs in another directory:
 * relative paths become absolute ones. A proxy may have a password in it.
 */
export function networkVariables(env: Pick<Deno.Env, "get">): Record<string, string> {
  const isPath = new Set<string>(CERTIFICATES);
  return Object.fromEntries(NETWORK_VARIABLES.flatMap((name) => {
    const value = env.get(name);
    return value ? [[name, isPath.has(name) ? resolve(value) : value]] : [];
  }));
}
