/** A file of an archive. */
export interface ArchiveFile {
  /** Its path inside the archive, at most 100 bytes. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly isExecutable: boolean;
}

/** The size of a block of an archive, in bytes. */
const BLOCK = 512;

/**
 * Packs files as a compressed archive (POSIX.1-1988 ustar, gzip). The same files and time make the same bytes,
 * on every machine: the tar programs of Linux and macOS have no common options for that.
 *
 * @param seconds The time of all files, since 1970.
 */
export async function tarGz(files: readonly ArchiveFile[], seconds: number): Promise<Uint8Array> {
  const sorted = files.toSorted((a, b) => a.path < b.path ? -1 : 1);
  const blocks = sorted.flatMap((file) => {
    const rest = new Uint8Array(-file.bytes.length & (BLOCK - 1));
    return [header(file, seconds), file.bytes, rest];
  });
  const archive = new Blob([...blocks, new Uint8Array(2 * BLOCK)] as BlobPart[]);
  const compressed = archive.stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(compressed).arrayBuffer());
}

function header({ path, bytes, isExecutable }: ArchiveFile, seconds: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (text: string, at: number, length: number) => {
    const encoded = new TextEncoder().encode(text);
    if (encoded.length > length) throw new RangeError(`"${text}" is longer than ${length} bytes`);
    block.set(encoded, at);
  };
  const octal = (value: number, length: number) => value.toString(8).padStart(length - 1, "0");
  put(path, 0, 100);
  put(octal(isExecutable ? 0o755 : 0o644, 8), 100, 8);
  // The owner and group are root's.
  put(octal(0, 8), 108, 8);
  put(octal(0, 8), 116, 8);
  put(octal(bytes.length, 12), 124, 12);
  put(octal(seconds, 12), 136, 12);
  // The sum of the header counts its own field as spaces.
  put(" ".repeat(8), 148, 8);
  put("0", 156, 1);
  put("ustar\u000000", 257, 8);
  const sum = block.reduce((sum, byte) => sum + byte, 0);
  put(`${octal(sum, 7)}\0 `, 148, 8);
  return block;
}
