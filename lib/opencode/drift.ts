import { object, string } from "../base/json.ts";
import type { Log } from "../base/log.ts";
import { KNOWN_FIELDS, type KnownFields } from "./known_fields.ts";
import type { Generation } from "./server/server_version.ts";

/** How much is counted; a server that sends more that is new is another one altogether. */
const MAX_NAMES = 50;
/** The longest name that is shown, in characters. */
const MAX_CHARS = 80;
/** For how many types the fields are remembered. */
const MAX_KNOWN = 500;

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
    "agent|catalog|command|config|credential|filesystem|installation|integration|location|log|mcp|model",
    "models-dev|persistent-pty|plugin|project|provider|pty|reference|rpc|server|shell|skill|tui|vcs|websearch",
    "workspace|worktree|session\\.(instructions|shell|skill)",
    "form\\.(created|replied|cancelled)$|permission\\.(v2\\.)?(asked|replied)$",
    "session\\.(agent|model)\\.selected$|session\\.compaction\\.(admitted|started|delta|ended|failed)$",
    "session\\.(created|deleted|forked|idle|metadata\\.updated|moved|permissions|renamed|retry\\.scheduled)$",
    "session\\.(status|synthetic|updated|viewed)$",
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

/** Counts what opencode sends and this program does not know: types of events, and fields of known ones. */
export class Drift {
  readonly #counts = new Map<string, number>();
  /** The fields of a type of events, by generation and type: each is looked up once. */
  readonly #fields = new Map<string, readonly KnownFields[]>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** What is not known, with how often it came; empty when there was nothing. */
  get summary(): string {
    return [...this.#counts].map(([name, count]) => `${name} ×${count}`).join(", ");
  }

  /** Takes a frame of a generation's stream. */
  note(frame: unknown, generation: Generation): void {
    const outer = object(frame);
    const event = string(outer.type) === undefined ? object(outer.payload) : outer;
    const type = string(event.type);
    if (type === undefined) return;
    if (!KNOWN[generation].test(type)) return this.#count(type);
    const carried = generation === 1 ? event.properties : event.data;
    for (const { at, names } of this.#fieldsOf(type, generation)) {
      const place = at.reduce((value: unknown, key) => object(value)[key], carried);
      for (const name of Object.keys(object(place))) {
        if (!names.has(name)) this.#count([type, ...at, name].join("."));
      }
    }
  }

  #fieldsOf(type: string, generation: Generation): readonly KnownFields[] {
    const key = `${generation} ${type}`;
    const found = this.#fields.get(key) ??
      KNOWN_FIELDS[generation].filter(({ types }) => types.test(type));
    // Known types are not many.
    if (this.#fields.size < MAX_KNOWN) this.#fields.set(key, found);
    return found;
  }

  #count(what: string): void {
    const name = what.replaceAll(/[^\w.:/-]/g, "?").slice(0, MAX_CHARS);
    const before = this.#counts.get(name);
    if (before === undefined) {
      if (this.#counts.size >= MAX_NAMES) return;
      this.#log.debug(`opencode sends what is not known here, and ignored: ${name}`);
    }
    this.#counts.set(name, (before ?? 0) + 1);
  }
}
