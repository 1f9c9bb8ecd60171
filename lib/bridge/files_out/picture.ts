/** The largest picture that a chat shows as one, in bytes. */
export const MAX_PICTURE_BYTES: number = 10 * 1024 * 1024;

/** How the kinds of pictures begin that a chat shows, and the ending of their names. */
const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  // deno-lint-ignore no-control-regex
  [/^\x89PNG\r\n\x1a\n/, "png"],
  [/^\xff\xd8\xff/, "jpg"],
  [/^GIF8[79]a/, "gif"],
  [/^RIFF[^]{4}WEBP/, "webp"],
  // deno-lint-ignore no-control-regex
  [/^BM[^]{4}\x00\x00\x00\x00/, "bmp"],
];

/** What kind of picture it is, as the ending of a file's name; `undefined` if it is none that a chat shows. */
export function pictureType(bytes: Uint8Array): string | undefined {
  const beginning = String.fromCharCode(...bytes.subarray(0, 16));
  return BEGINNINGS.find(([pattern]) => pattern.test(beginning))?.[1];
}

/** A file's name by which a chat takes it for a picture of a kind. */
export function asPicture(name: string, type: string): string {
  return /\.(png|jpe?g|gif|webp|bmp)$/i.test(name) ? name : `${name}.${type}`;
}
