import { deadline } from "@std/async";
import { createHash } from "node:crypto";
import { UsageError } from "../../base/errors.ts";
import { networkReason } from "../../base/network/network_reason.ts";
import { updateEn as say } from "../../texts/update_en.ts";
import { get, type GetOptions } from "./get.ts";
import type { Asset } from "./release.ts";

/** How long nothing may come before a download counts as broken off, in milliseconds. */
const STALL_MS = 60_000;
/** The most bytes of a file. */
const MAX_BYTES = 400_000_000;

/**
 * Downloads a file of a release.
 *
 * @param to A new file.
 * @param isSecure Whether nothing but https is followed.
 * @returns Its SHA-256, in hexadecimal.
 * @throws {UsageError} When it is not all there, with why.
 */
export async function download(
  { name, url, size }: Asset,
  to: string,
  { isSecure, signal }: { readonly isSecure: boolean; readonly signal?: AbortSignal },
): Promise<string> {
  const { host } = new URL(url);
  const hash = createHash("sha256");
  let bytes = 0;
  const file = await Deno.open(to, { write: true, createNew: true, mode: 0o600 });
  try {
    const body = await open(url, host, { isSecure, signal });
    for await (const chunk of chunks(body, new URL(url))) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) throw new UsageError(say.updateTooLarge(name));
      hash.update(chunk);
      for (let rest = chunk; rest.length > 0;) rest = rest.subarray(await file.write(rest));
    }
    await file.sync();
  } finally {
    file.close();
  }
  if (size > 0 && bytes !== size) throw new UsageError(say.updateCut(name, bytes, size));
  return hash.digest("hex");
}

async function open(url: string, host: string, options: GetOptions): Promise<ReadableStream> {
  try {
    const response = await deadline(get(url, options), STALL_MS);
    if (response.ok && response.body !== null) return response.body;
    await response.body?.cancel();
    throw new UsageError(say.releasesRefuse(host, response.status));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(say.releasesAway(host, networkReason(error, new URL(url))));
  }
}

/** What comes, until it ends or breaks off: then as much as came. */
async function* chunks(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  url: URL,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  try {
    for (;;) {
      const next = await deadline(reader.read(), STALL_MS).catch((error) => {
        throw new UsageError(say.releasesAway(url.host, networkReason(error, url)));
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
