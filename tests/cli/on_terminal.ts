/** A command that runs another one on a terminal of its own, which closes when the command is killed. */
export function onTerminal(command: readonly string[]): string[] {
  // The two programs of this name differ (util-linux and BSD).
  if (Deno.build.os === "darwin") return ["script", "-q", "/dev/null", ...command];
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  return ["script", "--quiet", "--return", "--flush", "--command", `exec ${quoted}`, "/dev/null"];
}
