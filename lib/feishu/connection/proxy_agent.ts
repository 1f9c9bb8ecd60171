import http from "node:http";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import { abortable } from "@std/async";
import { proxyFor } from "../../base/network/proxy.ts";
import { openTunnel } from "./tunnel.ts";

/** An agent of Node's, for the library `ws`. */
export type Agent = http.Agent;

/** What Node asks an agent for. */
interface Target {
  readonly host: string;
  readonly port: number | string;
}

/** What an agent needs besides the environment. */
export interface ProxyAgentOptions {
  /** Ends the attempt to connect. A connection that is up ends with its socket. */
  readonly signal: AbortSignal;
  /** Receives why there is no way through the proxy: `ws` says only that it has failed. */
  readonly onError: (error: unknown) => void;
}

/** The agent with which `ws` reaches an address, through the proxy of the environment if there is one for it. */
export function proxyAgent(address: string, options: ProxyAgentOptions): Agent {
  const url = URL.parse(address);
  const isSecure = url?.protocol === "wss:";
  const agent = isSecure ? new https.Agent() : new http.Agent();
  const proxy = url && proxyFor(url, Deno.env);
  return Object.assign(agent, {
    createConnection: (target: Target) =>
      proxy ? connect(target, { ...options, proxy, isSecure }) : reach(target, isSecure),
  });
}

/** Connects to a target itself, as `ws` does. */
function reach({ host, port }: Target, isSecure: boolean): net.Socket {
  const to = { host, port: Number(port) };
  return isSecure
    ? tls.connect({ ...to, servername: net.isIP(host) ? "" : host })
    : net.connect(to);
}

/**
 * Connects to a target through a proxy. Node wants the socket at once, and Deno before 2.9 takes only sockets
 * of the system for HTTP. So the socket leads to a listener on loopback, which carries its bytes into the
 * tunnel; the listener takes this one connection and nobody else's.
 */
function connect(
  target: Target,
  { proxy, isSecure, signal, onError }: ProxyAgentOptions & { proxy: URL; isSecure: boolean },
): net.Socket {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const to = { host: "127.0.0.1", port: listener.addr.port };
  const socket = isSecure
    ? tls.connect({ ...target, ...to, servername: target.host })
    : net.connect(to);
  const { host, port } = target;
  const carry = async () => {
    using open = new DisposableStack();
    const near = open.use(await acceptOwn(listener, socket, signal));
    const far = open.use(await openTunnel({ host, port, proxy, signal }));
    await Promise.race([
      near.readable.pipeTo(far.writable),
      far.readable.pipeTo(near.writable),
    ]).catch(() => {});
  };
  carry().catch((error) => signal.aborted || onError(error));
  return socket;
}

/** Accepts the connection of a socket of our own, and closes the listener. */
async function acceptOwn(
  listener: Deno.TcpListener,
  socket: net.Socket,
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  try {
    const ownPort = localPort(socket);
    for (;;) {
      const [conn, port] = await abortable(Promise.all([listener.accept(), ownPort]), signal);
      if (conn.remoteAddr.port === port) return conn;
      conn.close();
    }
  } finally {
    listener.close();
  }
}

/** The port of a socket once it is connected. Later Deno may have taken the connection out of it (2.7). */
async function localPort(socket: net.Socket): Promise<number | undefined> {
  return await new Promise((resolve) => socket.once("connect", () => resolve(socket.localPort)));
}
