import type { WSClient } from "@larksuiteoapi/node-sdk";
import type { WebSocket } from "ws";
import { tellRefusals } from "./handshake_refusal.ts";
import { type Agent, proxyAgent, type ProxyAgentOptions } from "./proxy_agent.ts";

/**
 * The most milliseconds between two pings. Feishu proposes two minutes, in which a half-open connection
 * would swallow messages unnoticed.
 */
const MAX_PING_MS = 5_000;
/** The fewest milliseconds between two pings. */
const MIN_PING_MS = 1_000;

/** What we use of the socket, of the `ws` library. */
export type Socket = Pick<
  WebSocket,
  "CLOSED" | "once" | "pause" | "readyState" | "resume" | "terminate"
>;

/** What we use of the SDK's private members, which have no public counterpart. */
interface ClientInternals {
  handleEventData(frame: { headers: { key: string; value: string }[] }): Promise<void>;
  armLiveness(): void;
  readonly livenessTimer?: unknown;
  agent?: Agent | undefined;
  readonly wsConfig: {
    updateWs(settings: { pingInterval?: number; connectUrl?: string }): void;
    setWSInstance(socket: Socket | null): void;
    getWSInstance(): Socket | null;
  };
}

/**
 * Corrects what the SDK's client (1.74) does with pings and frames: shortens the ping interval, holds back
 * what arrives before anybody listens, and lets frames through that the SDK would drop. The client connects
 * through the proxy of the environment, and a handshake that Feishu refuses is told.
 *
 * @returns The client's current socket.
 */
export function tuneClient(
  client: WSClient,
  proxyOptions: ProxyAgentOptions,
): () => Socket | null {
  const internals = client as unknown as ClientInternals;
  useProxy(internals, proxyOptions);
  holdFirstFrames(internals);
  shortenPings(internals);
  acceptOddFrames(internals);
  return () => internals.wsConfig.getWSInstance();
}

/** A frame that comes with the handshake's answer would find no listener: `resume` the socket later. */
function holdFirstFrames({ wsConfig }: ClientInternals): void {
  const setWSInstance = wsConfig.setWSInstance.bind(wsConfig);
  wsConfig.setWSInstance = (socket) => {
    socket?.pause();
    setWSInstance(socket);
  };
}

/** Which proxy leads to the address is known once Feishu has told the address. */
function useProxy(internals: ClientInternals, options: ProxyAgentOptions): void {
  const { wsConfig } = internals;
  const updateWs = wsConfig.updateWs.bind(wsConfig);
  wsConfig.updateWs = (settings) => {
    const { connectUrl } = settings;
    if (connectUrl !== undefined) {
      internals.agent = tellRefusals(proxyAgent(connectUrl, options), options.onError);
    }
    updateWs(settings);
  };
}

function shortenPings(internals: ClientInternals): void {
  const { wsConfig } = internals;
  const updateWs = wsConfig.updateWs.bind(wsConfig);
  wsConfig.updateWs = (settings) => {
    const pingInterval = Math.min(settings.pingInterval || MAX_PING_MS, MAX_PING_MS);
    updateWs({ ...settings, pingInterval: Math.max(pingInterval, MIN_PING_MS) });
  };
  const armLiveness = internals.armLiveness.bind(internals);
  // Each ping would start the time limit anew, so that short intervals would never reach it. It counts
  // from the first ping without an answer.
  internals.armLiveness = () => {
    if (internals.livenessTimer === undefined) armLiveness();
  };
}

/**
 * The SDK drops clicks that come as type `card`, though they have the content of type `event`, and frames
 * that do not say which part of how many they are.
 */
function acceptOddFrames(internals: ClientInternals): void {
  const handleEventData = internals.handleEventData.bind(internals);
  internals.handleEventData = (frame) => {
    const whole = [{ key: "sum", value: "1" }, { key: "seq", value: "0" }];
    const headers = frame.headers.map((header) =>
      header.key === "type" && header.value === "card" ? { ...header, value: "event" } : header
    );
    const missing = whole.filter(({ key }) => !headers.some((header) => header.key === key));
    return handleEventData({ ...frame, headers: [...headers, ...missing] });
  };
}
