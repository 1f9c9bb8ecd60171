import { isPictureName } from "../../base/picture_name.ts";

/** The kinds of pictures that a chat shows, by the ending of their names: which bytes stand where. */
const SIGNATURES:
  readonly (readonly [type: string, ...parts: readonly [at: number, is: string][]])[] = [
    ["png", [0, "\x89PNG\r\n\x1a\n"]],
    ["jpg", [0, "\xff\xd8\xff"]],
    ["gif", [0, "GIF87a"]],
    ["gif", [0, "GIF89a"]],
    ["webp", [0, "RIFF"], [8, "WEBP"]],
    ["bmp", [0, "BM"], [6, "\0\0\0\0"]],
  ];

/** What kind of picture it is, as the ending of a file's name; `undefined` if chats do not show it. */
export function pictureType(bytes: Uint8Array): string | undefined {
  const beginning = String.fromCharCode(...bytes.subarray(0, 16));
  const [type] =
    SIGNATURES.find(([, ...parts]) => parts.every(([at, is]) => beginning.startsWith(is, at))) ??
      [];
  return type;
}

/** A file name by which a chat recognises a picture of this type. */
export function asPicture(name: string, type: string): string {
  return isPictureName(name) ? name : `${name}.${type}`;
}
