/**
 * The section of a version from a changelog (Keep a Changelog), without its title; that of what is not
 * released yet, if the version has none.
 *
 * @throws {Error} When there is neither, or nothing in it.
 */
export function releaseNotes(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = [version, "Unreleased"].map((title) => `[${title}]`)
    .map((title) => sections.find((section) => section.startsWith(title)))
    .find((section) => section !== undefined);
  const notes = section?.replace(/^.*\n/, "").trim() ?? "";
  if (notes === "") throw new Error(`CHANGELOG.md says nothing about ${version}`);
  return `${notes}\n`;
}
