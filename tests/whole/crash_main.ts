import { main } from "../../lib/cli/main.ts";

/**
 * The program, with a store that dies at a chosen step: when a commit does what the plan says, the whole
 * process is killed, right before the commit or right after it.
 *
 * The plan is a file of JSON, {@linkcode Plan}; its path is in `CRASH_PLAN`. Without the file all goes on.
 */
export interface Plan {
  /** A regular expression for the changes of a commit, one in a line: `set KEY VALUE` or `delete KEY`. */
  readonly step: string;
  readonly when: "before" | "after";
}

const changes = new WeakMap<Deno.AtomicOperation, string[]>();
const path = Deno.env.get("CRASH_PLAN") ?? "";

function note(atomic: Deno.AtomicOperation, line: string): void {
  changes.set(atomic, [...changes.get(atomic) ?? [], line]);
}

function planned(atomic: Deno.AtomicOperation): Plan["when"] | undefined {
  let plan: Plan;
  try {
    plan = JSON.parse(Deno.readTextFileSync(path));
  } catch {
    return undefined;
  }
  const all = (changes.get(atomic) ?? []).join("\n");
  return new RegExp(plan.step, "m").test(all) ? plan.when : undefined;
}

const operation = Deno.AtomicOperation.prototype;
const { set, delete: remove, commit } = operation;
operation.set = function (key, value, options) {
  const text = value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
  note(this, `set ${key.join("/")} ${text}`);
  return set.call(this, key, value, options);
};
operation.delete = function (key) {
  note(this, `delete ${key.join("/")}`);
  return remove.call(this, key);
};
operation.commit = async function () {
  const when = planned(this);
  if (when === "before") Deno.kill(Deno.pid, "SIGKILL");
  const result = await commit.call(this);
  if (when === "after") Deno.kill(Deno.pid, "SIGKILL");
  return result;
};

if (import.meta.main) Deno.exit(await main(Deno.args));
