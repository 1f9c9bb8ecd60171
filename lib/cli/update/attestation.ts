import { summaryLine } from "../../base/text.ts";
import { updateEn as say } from "../../texts/update_en.ts";

/** How long gh may take, in milliseconds. */
const GH_MS = 60_000;
/** How gh ends when it is not signed in (cli.github.com/manual/gh_help_exit-codes). */
const SIGN_IN = 4;
/** How many characters of what gh says are shown. */
const WHY_CHARS = 200;

/** What gh says of where a file comes from: that it is so, that it is not, or that it cannot be asked. */
export type Attestation =
  | { readonly is: "right" }
  | { readonly is: "wrong" | "unknown"; readonly why: string };

/**
 * Has gh, where it is, check that the release workflow of a repository (`owner/name`) has made a file. Only a clear
 * no is one: gh may be missing, too old, or not signed in.
 */
export async function checkAttestation(file: string, repository: string): Promise<Attestation> {
  const known = await gh(["attestation", "--help"]);
  if (known === undefined) return { is: "unknown", why: say.noGh };
  if (known.code !== 0) return { is: "unknown", why: say.ghOld };
  const asked = await gh(["attestation", "verify", file, "--repo", repository]);
  if (asked?.code === 0) return { is: "right" };
  if (asked?.code === SIGN_IN) return { is: "unknown", why: say.ghSignIn };
  return { is: "wrong", why: summaryLine(asked?.said || say.saysNothing, WHY_CHARS) };
}

/** Runs gh; `undefined` if there is none. */
async function gh(args: readonly string[]) {
  const env = { GH_PROMPT_DISABLED: "1", NO_COLOR: "1" };
  try {
    const { code, stderr } = await new Deno.Command("gh", {
      args: [...args],
      env,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      signal: AbortSignal.timeout(GH_MS),
    }).output();
    return { code, said: new TextDecoder().decode(stderr).trim() };
  } catch {
    return undefined;
  }
}
