import { object, string } from "../../lib/base/json.ts";
import type { RequestRecord } from "../../lib/demo/feishu_twin/records.ts";
import { busiest } from "./busiest.ts";
import { atMost, type Figure } from "./figure.ts";

/** When calls left, in milliseconds since 1970, by their API. */
export type CallsAt = Readonly<Record<string, readonly number[]>>;

/** The most calls of one kind within some time, in one run of the program. */
export interface Rates {
  readonly apiSecond: number;
  readonly apiMinute: number;
  /** Calls of all APIs. */
  readonly inAll: number;
  /** Messages into one chat. */
  readonly perChat: number;
  /** Edits of one message. */
  readonly perMessage: number;
  /** Calls that the twin refused because there were too many. */
  readonly refused: number;
}

/** @param requests What the twin got: what is counted by chat or message is far from its limit. */
export function ratesOf(callsAt: readonly CallsAt[], requests: readonly RequestRecord[]): Rates {
  const byApi = new Map<string, number[]>();
  for (const [api, times] of callsAt.flatMap((calls) => Object.entries(calls))) {
    byApi.set(api, [...byApi.get(api) ?? [], ...times]);
  }
  const apis = [...byApi.values()];
  const most = (key: (request: RequestRecord) => string | undefined) =>
    Math.max(
      0,
      ...[...Map.groupBy(requests, key)].filter(([group]) => group !== undefined)
        .map(([, group]) => busiest(group.map(({ at }) => at))),
    );
  return {
    apiSecond: Math.max(0, ...apis.map((times) => busiest(times))),
    apiMinute: Math.max(0, ...apis.map((times) => busiest(times, 60_000))),
    inAll: busiest(apis.flat()),
    refused: requests.filter(({ code }) => code === 99991400 || code === 230020).length,
    perChat: most(({ method, path, body }) =>
      method === "POST" && path.endsWith("/messages") ? string(object(body).receive_id) : undefined
    ),
    perMessage: most(({ method, path }) =>
      method === "PATCH" || method === "PUT" ? path : undefined
    ),
  };
}

/** Feishu's limits (SPEC 6), and what the runs made of them. */
export function rateFigures(runs: readonly Rates[]): Figure[] {
  const most = (of: (rates: Rates) => number) => Math.max(...runs.map(of));
  const refused = runs.reduce((sum, { refused }) => sum + refused, 0);
  const second = "the busiest second of all these runs";
  const minute = "the busiest minute of all these runs";
  const left = `as they left the process; the twin refused ${refused}`;
  return [
    atMost("Feishu calls of one API", `${second}, ${left}`, most((r) => r.apiSecond), "/s", 50),
    atMost(
      ...["Feishu calls of one API in a minute", `${minute}, ${left}`] as const,
      ...[most((r) => r.apiMinute), "", 1_000] as const,
    ),
    atMost(
      "Feishu calls of all APIs",
      `${second}; Feishu limits each API`,
      most((r) => r.inAll),
      "/s",
    ),
    atMost("messages sent to one chat", second, most((r) => r.perChat), "/s", 5),
    atMost("edits of one message", second, most((r) => r.perMessage), "/s", 5),
  ];
}
