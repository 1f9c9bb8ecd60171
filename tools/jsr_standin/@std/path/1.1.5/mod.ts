// Stand-in for jsr:@std/path where jsr.io cannot be reached: the same code from npm, with the types of Node's path
// module, which has the same functions.
import type nodePath from "node:path";
import * as path from "npm:deno-std@1.4.0/path/mod.js";

type Path = typeof nodePath;
export const basename: Path["basename"] = path.basename;
export const dirname: Path["dirname"] = path.dirname;
export const extname: Path["extname"] = path.extname;
export const isAbsolute: Path["isAbsolute"] = path.isAbsolute;
export const join: Path["join"] = path.join;
export const normalize: Path["normalize"] = path.normalize;
export const relative: Path["relative"] = path.relative;
export const resolve: Path["resolve"] = path.resolve;
export const fromFileUrl: (url: string | URL) => string = path.fromFileUrl;
export const toFileUrl: (path: string) => URL = path.toFileUrl;
export const SEPARATOR: "/" | "\\" = path.SEPARATOR;
