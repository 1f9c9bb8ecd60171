import { main } from "../../lib/cli/main.ts";

/**
 * The program, with a store that fails as planned. The plan is a file of JSON, {@linkcode StorePlan}; its path
 * is in `STORE_PLAN`. Without the file the store works.
 */
export interface StorePlan {
  /** A regular expression for the key or prefix of the reads that fail. */
  readonly reads?: string;
  /** A regular expression for the changes of the commits that fail, one in a line: `set KEY VALUE` or `delete KEY`. */
  readonly commits?: string;
  /** The message of the error. */
  readonly error: string;
  /** How many of them fail. */
  readonly times: number;
}

const path = Deno.env.get("STORE_PLAN") ?? "";
let current = "";
let failed = 0;

function plan(): StorePlan | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
  if (text !== current) failed = 0;
  current = text;
  try {
    return JSON.parse(text);
  } catch {
    // It is being written.
    return undefined;
  }
}

function failIfPlanned(kind: "reads" | "commits", what: string): void {
  const planned = plan();
  const pattern = planned?.[kind];
  if (planned === undefined || pattern === undefined || failed >= planned.times) return;
  if (!new RegExp(pattern, "m").test(what)) return;
  failed++;
  throw new Error(planned.error);
}

const kv = Deno.Kv.prototype;
const { get, list } = kv;
kv.get = async function <T>(key: Deno.KvKey, options?: { consistency?: Deno.KvConsistencyLevel }) {
  failIfPlanned("reads", key.join("/"));
  return await get.call(this, key, options) as Deno.KvEntryMaybe<T>;
};
kv.list = function <T>(selector: Deno.KvListSelector, options?: Deno.KvListOptions) {
  failIfPlanned("reads", "prefix" in selector ? selector.prefix.join("/") : "");
  return list.call(this, selector, options) as Deno.KvListIterator<T>;
};

const changes = new WeakMap<Deno.AtomicOperation, string[]>();
const operation = Deno.AtomicOperation.prototype;
const { set, delete: remove, commit } = operation;
operation.set = function (key, value, options) {
  const text = value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
  changes.set(this, [...changes.get(this) ?? [], `set ${key.join("/")} ${text}`]);
  return set.call(this, key, value, options);
};
operation.delete = function (key) {
  changes.set(this, [...changes.get(this) ?? [], `delete ${key.join("/")}`]);
  return remove.call(this, key);
};
operation.commit = async function () {
  failIfPlanned("commits", (changes.get(this) ?? []).join("\n"));
  return await commit.call(this);
};

if (import.meta.main) Deno.exit(await main(Deno.args));
