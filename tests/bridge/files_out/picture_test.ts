import { assertEquals } from "@std/assert";
import { pictureType } from "../../../lib/bridge/files_out/picture.ts";

Deno.test("a picture is known by how it begins", () => {
  const cases: readonly [beginning: string, type: string | undefined][] = [
    ["\x89PNG\r\n\x1a\n....", "png"],
    ["\xff\xd8\xff\xe0", "jpg"],
    ["GIF87a", "gif"],
    ["GIF89a..", "gif"],
    ["RIFF\x00\x01\x02\x03WEBPVP8 ", "webp"],
    ["BM\x01\x02\x03\x04\0\0\0\0", "bmp"],
    ["RIFF....WAVE", undefined],
    ["BMW is a car", undefined],
    [" GIF89a", undefined],
    ["<svg>", undefined],
    ["", undefined],
  ];
  for (const [beginning, type] of cases) {
    const bytes = Uint8Array.from(beginning, (one) => one.charCodeAt(0));
    assertEquals(pictureType(bytes), type, JSON.stringify(beginning));
  }
});
