import { dirname } from "@std/path";

/**
 * Sets variables in an env file, and keeps every other line as it is. The file is private afterwards,
 * and is replaced in one step.
 */
export async function setVariables(
  file: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const text = await Deno.readTextFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  await Deno.mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const next = `${file}.new`;
  await Deno.writeTextFile(next, withVariables(text, values), { mode: 0o600 });
  await Deno.rename(next, file);
}

/** The text of an env file with these variables set, each once. */
export function withVariables(text: string, values: Readonly<Record<string, string>>): string {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const left = new Map(Object.entries(values));
  const lines = text.split(/\r?\n/).flatMap((line) => {
    const name = /^\uFEFF?\s*(?:export\s+)?(\w+)\s*=/.exec(line)?.[1] ?? "";
    if (!(name in values)) return [line];
    const value = left.get(name);
    left.delete(name);
    return value === undefined ? [] : [`${name}=${quoted(value)}`];
  });
  while (lines.at(-1) === "") lines.pop();
  lines.push(...[...left].map(([name, value]) => `${name}=${quoted(value)}`));
  return lines.join(end) + end;
}

function quoted(value: string): string {
  return /^[\w@%+=:,./-]*$/.test(value) ? value : `'${value}'`;
}
