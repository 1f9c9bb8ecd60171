import { object, string } from "../base/json.ts";
import type { Log } from "../base/log.ts";
import type { Generation } from "./server/server_version.ts";

/** How many types are counted; a server that has more of them is another one altogether. */
const MAX_TYPES = 50;

/**
 * The events that this program knows, used or not, by generation: those of the OpenAPI document of 1.18.33,
 * and of the source of 2.0.26. Of what is about no session, the family is enough.
 */
const KNOWN: Readonly<Record<Generation, RegExp>> = {
  1: family(
    "catalog|command|file|global|installation|integration|lsp|mcp|models-dev|plugin|project|pty|reference",
    "server|session\\.next|skill|tui|vcs|workspace|worktree",
    "message\\.(part\\.(delta|removed|updated)|removed|updated)$|sync$|todo\\.updated$",
    "permission\\.(v2\\.)?(asked|replied|updated)$|question\\.(v2\\.)?(asked|rejected|replied)$",
    "session\\.(compacted|created|deleted|diff|error|idle|status|updated)$",
  ),
  2: family(
    "agent|catalog|command|config|filesystem|installation|integration|location|log|mcp|models-dev|plugin",
    "project|pty|reference|rpc|server|shell|skill|tui|vcs|session\\.(instructions|shell|skill)",
    "form\\.(created|replied|cancelled)$|permission\\.(v2\\.)?(asked|replied)$",
    "session\\.(agent|model)\\.selected$|session\\.compaction\\.(admitted|started|delta|ended|failed)$",
    "session\\.(created|deleted|forked|idle|moved|renamed|retry\\.scheduled|status|synthetic|updated)$",
    "session\\.execution\\.(started|succeeded|failed|interrupted)$",
    "session\\.inbox\\.(enqueued|delivered|cancelled|delivery\\.changed)$",
    "session\\.input\\.(admitted|promoted)$|session\\.revert\\.(staged|cleared|committed)$",
    "session\\.(text|reasoning)\\.(started|delta|ended)$|session\\.usage\\.(recorded|updated)$",
    "session\\.step\\.(started|streamed|ended|failed)$",
    "session\\.tool\\.(input\\.(started|delta|ended)|called|progress|success|failed)$",
  ),
};

/** Types that begin with one of these words and a dot, or are exactly one of those that end with `$`. */
function family(...names: string[]): RegExp {
  const all = names.join("|").split(/\|(?![^(]*\))/);
  return new RegExp(`^(${all.map((name) => name.endsWith("$") ? name : `${name}\\.`).join("|")})`);
}

/** Counts the events that opencode sends and this program does not know: they are ignored. */
export class Drift {
  readonly #counts = new Map<string, number>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** The unknown types with how often they came; empty when there were none. */
  get summary(): string {
    return [...this.#counts].map(([type, count]) => `${type} ×${count}`).join(", ");
  }

  /** Takes a frame of a generation's stream. */
  note(frame: unknown, generation: Generation): void {
    const { payload, type: own } = object(frame);
    const type = string(own) ?? string(object(payload).type);
    if (type === undefined || KNOWN[generation].test(type)) return;
    const name = type.replaceAll(/[^\w.:/-]/g, "?").slice(0, 60);
    const before = this.#counts.get(name);
    if (before === undefined) {
      if (this.#counts.size >= MAX_TYPES) return;
      this.#log.debug(`opencode sends events that are not known here, and ignored: ${name}`);
    }
    this.#counts.set(name, (before ?? 0) + 1);
  }
}
