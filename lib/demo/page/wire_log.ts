import type { TwinChange } from "../feishu_twin/twin_changes.ts";
import { wallNow } from "../../base/time/clock.ts";

/** How many lines are kept for pages that are opened later. */
const MAX_LINES = 200;

/** One exchange between the bridge and the twin, in one line. */
export interface WireLine {
  readonly id: number;
  /** Real time, milliseconds since the epoch. */
  readonly at: number;
  /** `in` goes to the bridge, `out` comes from it; `link` is a change of the long connections. */
  readonly way: "in" | "out" | "link";
  readonly what: string;
  /** How long the answer took (ms). */
  readonly ms?: number;
  /** The answer's status or code. */
  readonly result?: string;
  readonly ok: boolean;
}

/** The last exchanges between the bridge and the twin. */
export class WireLog {
  readonly lines: WireLine[] = [];
  #id = 0;

  /** Adds a change; returns its line, or `undefined` when the change is not an exchange. */
  add(change: TwinChange): WireLine | undefined {
    const line = lineOf(change);
    if (line === undefined) return undefined;
    const numbered = { id: ++this.#id, at: wallNow(), ...line };
    if (this.lines.push(numbered) > MAX_LINES) this.lines.shift();
    return numbered;
  }
}

function lineOf(change: TwinChange): Omit<WireLine, "id" | "at"> | undefined {
  switch (change.kind) {
    case "frame": {
      const again = change.attempt > 1 ? ` (${change.attempt}.)` : "";
      const result = change.sent ? {} : { result: "–" };
      return { way: "in", what: change.eventType + again, ...result, ok: change.sent };
    }
    case "ack": {
      const { eventType, ackMs, code } = change.ack;
      return {
        way: "out",
        what: `ack ${eventType}`,
        ms: ackMs,
        result: `${code}`,
        ok: code === 200,
      };
    }
    case "connections":
      return { way: "link", what: `${change.count}`, ok: change.count > 0 };
    case "request": {
      const { method, path, status, code, ms } = change.request;
      const refused = code === undefined || code === 0 ? "" : ` ${code}`;
      return {
        way: "out",
        what: `${method} ${shorter(path)}`,
        result: status === 0 ? "–" : `${status}${refused}`,
        ok: status === 200 && refused === "",
        ...(ms === undefined ? {} : { ms }),
      };
    }
    default:
      return undefined;
  }
}

/** A path without its common prefix and with shortened ids. */
function shorter(path: string): string {
  return path.replace(/^\/open-apis\/(im\/v1\/)?/, "").replaceAll(
    /(om|oc|ou|img_v3|file_v3)_\w{8,}/g,
    "$1_…",
  );
}
