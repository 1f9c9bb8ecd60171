/** The width and height of an image, in pixels. */
export interface ImageSize {
  readonly format: "png" | "gif" | "jpeg" | "webp" | "bmp";
  readonly width: number;
  readonly height: number;
}

/** Reads the size of an image from its header; `undefined` for what is no image of a known format. */
export function imageSize(bytes: Uint8Array): ImageSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begins = (text: string, at = 0) =>
    [...text].every((char, i) => bytes[at + i] === char.charCodeAt(0));
  try {
    if (begins("\x89PNG\r\n\x1a\n")) {
      return { format: "png", width: view.getUint32(16), height: view.getUint32(20) };
    }
    if (begins("GIF8")) {
      return { format: "gif", width: view.getUint16(6, true), height: view.getUint16(8, true) };
    }
    if (begins("BM")) {
      const height = Math.abs(view.getInt32(22, true));
      return { format: "bmp", width: view.getInt32(18, true), height };
    }
    if (begins("RIFF") && begins("WEBP", 8)) return webpSize(view, begins);
    return begins("\xff\xd8") ? jpegSize(view) : undefined;
  } catch (error) {
    // The header is cut off.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function webpSize(
  view: DataView,
  begins: (text: string, at: number) => boolean,
): ImageSize | undefined {
  const format = "webp";
  if (begins("VP8X", 12)) {
    const size = (at: number) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16) + 1;
    return { format, width: size(24), height: size(27) };
  }
  if (begins("VP8L", 12)) {
    const bits = view.getUint32(21, true);
    return { format, width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
  }
  if (!begins("VP8 ", 12)) return undefined;
  const size = (at: number) => view.getUint16(at, true) & 0x3fff;
  return { format, width: size(26), height: size(28) };
}

/** The size is in the first segment that begins a frame. */
function jpegSize(view: DataView): ImageSize | undefined {
  for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      return { format: "jpeg", width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
  }
  return undefined;
}
