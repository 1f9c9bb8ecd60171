/** A file name that is not taken, also not in capitals: `a-2.txt` after `a.txt`. */
export function freeName(name: string, taken: Iterable<string>): string {
  const used = new Set([...taken].map((one) => one.toLowerCase()));
  if (!used.has(name.toLowerCase())) return name;
  const dot = name.lastIndexOf(".");
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  let n = 2;
  while (used.has(`${stem}-${n}${extension}`.toLowerCase())) n++;
  return `${stem}-${n}${extension}`;
}
