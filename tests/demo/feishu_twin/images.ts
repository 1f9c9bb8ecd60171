/** Beginnings of images of a size, in each format; enough for whoever reads only the size. */
export const IMAGES: Readonly<Record<string, (width: number, height: number) => Uint8Array>> = {
  png: (width, height) =>
    bytes("\x89PNG\r\n\x1a\n", be(13, 4), "IHDR", be(width, 4), be(height, 4)),
  gif: (width, height) => bytes("GIF89a", le(width, 2), le(height, 2), "\0\0\0"),
  bmp: (width, height) => bytes("BM", le(0, 12), le(40, 4), le(width, 4), le(height, 4)),
  jpeg: (width, height) =>
    bytes(
      ...["\xff\xd8", "\xff\xe0", be(16, 2), "JFIF", be(0, 10)],
      ...["\xff\xc4", be(3, 2), "x", "\xff\xc2", be(17, 2), "\x08", be(height, 2), be(width, 2)],
    ),
  "webp (VP8X)": (width, height) =>
    bytes("RIFF", le(0, 4), "WEBPVP8X", le(10, 4), le(0, 4), le(width - 1, 3), le(height - 1, 3)),
  "webp (VP8L)": (width, height) =>
    bytes("RIFF", le(0, 4), "WEBPVP8L", le(0, 4), "/", le((width - 1) + (height - 1) * 2 ** 14, 4)),
  "webp (VP8)": (width, height) =>
    bytes(
      "RIFF",
      le(0, 4),
      "WEBPVP8 ",
      le(0, 4),
      le(0, 3),
      "\x9d\x01\x2a",
      le(width, 2),
      le(height, 2),
    ),
};

/** A number in so many bytes, the lowest first. */
function le(value: number, size: number): string {
  return Array.from(
    { length: size },
    (_, i) => String.fromCharCode(Math.floor(value / 256 ** i) % 256),
  ).join("");
}

/** The same, the highest first. */
function be(value: number, size: number): string {
  return [...le(value, size)].reverse().join("");
}

function bytes(...parts: readonly string[]): Uint8Array {
  return Uint8Array.from(parts.join(""), (char) => char.charCodeAt(0));
}
