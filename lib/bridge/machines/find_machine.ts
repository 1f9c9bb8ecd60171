import type { SeenMachine } from "../../model/machine.ts";

/** The machine that a text names: by its name, in any case or width, or by the beginning of only one name. */
export function findMachine(
  typed: string,
  machines: readonly SeenMachine[],
): SeenMachine | undefined {
  // Two names may differ in nothing but capitals.
  const exact = machines.find(({ name }) => name === typed.trim());
  if (exact !== undefined) return exact;
  const wanted = plain(typed.trim());
  const named = machines.find(({ name }) => plain(name) === wanted);
  if (named !== undefined || wanted === "") return named;
  const found = machines.filter(({ name }) => plain(name).startsWith(wanted));
  return found.length === 1 ? found[0] : undefined;
}

/** A name without capitals, and without the full width of Chinese input methods. */
const plain = (name: string) => name.normalize("NFKC").toLowerCase();
