/** The longest name, in characters. */
const MAX_LENGTH = 80;

/** Turns any text into a file name that stays in its directory, is not hidden, and can be typed. */
export function safeName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? "";
  const clean = last.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>:"|?*`$]/gu, "_")
    .replace(/^[.\s]+/, "").trim();
  const dot = clean.lastIndexOf(".");
  const extension = dot > 0 && clean.length - dot <= 12 ? clean.slice(dot) : "";
  const stem = extension === "" ? clean : clean.slice(0, dot);
  return (stem.slice(0, MAX_LENGTH - extension.length) || "file") + extension;
}
