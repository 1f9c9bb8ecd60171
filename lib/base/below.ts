/** Whether a path is a directory, or lies below it, by their names. Both are absolute, and without links. */
export function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === "/" ? directory : `${directory}/`);
}
