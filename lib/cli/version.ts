import config from "../../deno.json" with { type: "json" };

/** Set by tools/build.ts; a checkout does without. */
const { BRIDGE_COMMIT: commit } = globalThis as { BRIDGE_COMMIT?: string };

/** The program's version, from deno.json, with the git commit that a binary was made of. */
export const VERSION: string = commit ? `${config.version} (${commit})` : config.version;
