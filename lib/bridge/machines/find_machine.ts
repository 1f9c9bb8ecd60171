import type { SeenMachine } from "../../model/machine.ts";

/** The machine that somebody means: by its name, or by how only one name begins. */
export function findMachine(
  typed: string,
  machines: readonly SeenMachine[],
): SeenMachine | undefined {
  const wanted = typed.trim().toLowerCase();
  const named = machines.find(({ name }) => name.toLowerCase() === wanted);
  if (named !== undefined || wanted === "") return named;
  const found = machines.filter(({ name }) => name.toLowerCase().startsWith(wanted));
  return found.length === 1 ? found[0] : undefined;
}
