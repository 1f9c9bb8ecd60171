/** Tools and kinds of permission that opencode 2 has named anew, and their names before. */
const FORMER: Readonly<Record<string, string>> = { shell: "bash", subagent: "task" };

/** The name by which this program knows a tool, or a kind of permission, of opencode 2. */
export function commonName(name: string): string {
  return FORMER[name] ?? name;
}
