/** Reads a stream to its end; `undefined`, with the stream cancelled, if it has more than `max` bytes. */
export async function readBounded(
  stream: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  max: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  // To leave the loop cancels the stream.
  for await (const chunk of stream ?? []) {
    bytes += chunk.length;
    if (bytes > max) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
