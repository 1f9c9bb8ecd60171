/** The environment as far as it says how to reach other machines. */
export interface NetworkVariables {
  get(name: string): string | undefined;
}

/** The variables of proxies. As in Deno's own `fetch`, capitals come first. */
const PROXIES = ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"] as const;

/** Names and addresses of this machine, which no proxy can reach. */
const LOOPBACK = ["localhost", "127.0.0.1", "127.0.0.0/8", "::1", "[::1]"];

/** The schemes of the proxies that Deno's `fetch` takes. */
const SCHEMES: readonly string[] = ["http:", "https:", "socks5:", "socks5h:"];

/** A variable in capitals or small letters; `undefined` when it is unset or empty. */
function variable(env: NetworkVariables, name: string): string | undefined {
  return env.get(name) || env.get(name.toLowerCase()) || undefined;
}

/** Whether the environment names a proxy. */
export function hasProxy(env: NetworkVariables): boolean {
  return PROXIES.some((name) => variable(env, name) !== undefined);
}

/** The value of `NO_PROXY` with which this machine's own addresses are reached without a proxy, too. */
export function withoutLoopback(env: NetworkVariables): string {
  const given = entries(variable(env, "NO_PROXY") ?? "");
  return [...given, ...LOOPBACK.filter((host) => !given.includes(host))].join(",");
}

/**
 * The proxy through which a URL is reached, by the rules of Deno's `fetch`; `undefined` when there is none,
 * `NO_PROXY` excepts the host, or it is this machine. For what `fetch` cannot do. Its scheme is one of `http:`,
 * `https:`, `socks5:` and `socks5h:`.
 *
 * @param url An address of `http:`, `https:`, `ws:` or `wss:`.
 */
export function proxyFor(url: URL, env: NetworkVariables): URL | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (entries(withoutLoopback(env)).some((entry) => covers(entry, host))) return undefined;
  const isSecure = /^(https|wss):$/.test(url.protocol);
  return ["ALL_PROXY", isSecure ? "HTTPS_PROXY" : "HTTP_PROXY"]
    .flatMap((name) => [name, name.toLowerCase()])
    .map((name) => parseProxy(env.get(name) ?? ""))
    .find((proxy) => proxy !== undefined);
}

/** The proxy that a variable names. Deno passes over one that it cannot use, as GNOME's `socks://`. */
function parseProxy(text: string): URL | undefined {
  const url = URL.parse(/^[a-z0-9]+:\/\//i.test(text) ? text : `http://${text}`);
  return url !== null && SCHEMES.includes(url.protocol) ? url : undefined;
}

/** The entries of a list of hosts, as Deno's `fetch` reads them: it knows no `*.` before a domain. */
function entries(list: string): string[] {
  return list.split(",").map((entry) => entry.trim().replace(/^\*\./, "."))
    .filter((entry) => entry !== "");
}

/** Whether an entry of `NO_PROXY` means a host: all, a network, an address, or a domain and what is below it. */
function covers(entry: string, host: string): boolean {
  if (entry === "*") return true;
  const [, network = "", bits = ""] = /^([\d.]+)\/(\d+)$/.exec(entry) ?? [];
  if (bits !== "") return inNetwork(host, network, Number(bits));
  const name = entry.toLowerCase().replace(/^\[|\]$|^\./g, "");
  return host === name || host.endsWith(`.${name}`);
}

function inNetwork(host: string, network: string, bits: number): boolean {
  const [address, base] = [bitsOf(host), bitsOf(network)];
  return address !== undefined && base !== undefined &&
    address.slice(0, bits) === base.slice(0, bits);
}

/** The 32 binary digits of an IPv4 address. */
function bitsOf(address: string): string | undefined {
  if (!/^\d+(\.\d+){3}$/.test(address)) return undefined;
  return address.split(".").map((part) => Number(part).toString(2).padStart(8, "0")).join("");
}
