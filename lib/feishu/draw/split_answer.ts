import { splitMarkdown } from "../../base/markdown/split_markdown.ts";
import { bodyBytes } from "./body_bytes.ts";
import { toFeishu } from "./markdown.ts";

/**
 * Bytes of converted Markdown that leave room for everything else in a card or post, which may have 30 KB. The
 * conversion makes text longer, and so does JSON in JSON.
 */
const MAX_BYTES = 18_000;

/** Splits an answer into as many messages as it takes, each of at most `max` characters and not too large. */
export function splitAnswer(markdown: string, max: number): string[] {
  return splitMarkdown(markdown, max).flatMap((piece) => {
    return bodyBytes(JSON.stringify(toFeishu(piece))) <= MAX_BYTES || piece.length < 100
      ? [piece]
      : splitAnswer(piece, Math.ceil(piece.length / 2));
  });
}
