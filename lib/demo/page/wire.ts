import type { TwinChange } from "../feishu_twin/changes.ts";
import { wallNow } from "../feishu_twin/clock.ts";

/** Lines of the wire that are kept for pages that are opened later. */
const mostLines = 200;

/** One thing that crossed the wire, in one line. */
export interface WireLine {
  readonly id: number;
  /** Real time, milliseconds since the epoch. */
  readonly at: number;
  /** `in` towards the bridge, `out` from it. */
  readonly way: "in" | "out" | "link";
  readonly what: string;
  /** Milliseconds that the answer took. */
  readonly ms?: number;
  /** What was answered. */
  readonly result?: string;
  readonly ok: boolean;
}

/** The last things that crossed the wire. */
export class Wire {
  readonly lines: WireLine[] = [];
  #id = 0;

  /** Takes note of a change; gives its line, if it is about the wire. */
  note(change: TwinChange): WireLine | undefined {
    const line = lineOf(change);
    if (line === undefined) return undefined;
    const numbered = { id: ++this.#id, at: wallNow(), ...line };
    if (this.lines.push(numbered) > mostLines) this.lines.shift();
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

/** A path without its front, and with ids cut short. */
function shorter(path: string): string {
  return path.replace(/^\/open-apis\/(im\/v1\/)?/, "").replaceAll(
    /(om|oc|ou|img_v3|file_v3)_\w{8,}/g,
    "$1_…",
  );
}
