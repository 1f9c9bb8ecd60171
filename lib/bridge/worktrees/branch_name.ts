import { localDay } from "../../base/time/local_day.ts";
import type { Git } from "./git.ts";

/** The longest name, in characters. */
const MAX_LENGTH = 60;

/**
 * The name of a branch, and of a directory, that a person means: letters and digits of any script stay, and what
 * git or a shell would not take becomes a hyphen.
 *
 * @returns `undefined` if nothing is left.
 */
export async function branchName(
  git: Git,
  top: string,
  typed: string,
): Promise<string | undefined> {
  const name = typed.normalize("NFC").replaceAll(/[^\p{L}\p{M}\p{N}._/-]+/gu, "-")
    .split("/").map((part) => part.replaceAll(/\.{2,}/g, ".").replaceAll(/^[-.]+|[-.]+$/g, ""))
    .filter((part) => part !== "").join("/").slice(0, MAX_LENGTH).replace(/[-./]+$/, "");
  if (name === "" || name === "HEAD") return undefined;
  const { code } = await git.ask(top, ["check-ref-format", `refs/heads/${name}`]);
  return code === 0 ? name : undefined;
}

/** A branch beside which git cannot have one of a name: the one's name is a directory in the other's. */
export async function branchInTheWay(
  git: Git,
  top: string,
  name: string,
): Promise<string | undefined> {
  const parts = name.split("/");
  const above = parts.slice(1).map((_, i) => `refs/heads/${parts.slice(0, i + 1).join("/")}`);
  const listed = await git.read(top, "for-each-ref", "--format=%(refname)", "refs/heads");
  const found = listed.split("\n").find((ref) =>
    above.includes(ref) || ref.startsWith(`refs/heads/${name}/`)
  );
  return found?.slice("refs/heads/".length);
}

/** A name for a branch of which nobody has said one, with the day of `now` (ms since 1970). It is hardly ever taken. */
export function newBranchName(now: number): string {
  const [, month = "", day = ""] = localDay(now).split("-");
  const random = crypto.randomUUID().slice(0, 4);
  return `chat-${month}${day}-${random}`;
}
