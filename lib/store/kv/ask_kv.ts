import { UsageError } from "../../base/errors.ts";
import { object, parseJson } from "../../base/json.ts";
import { networkReason } from "../../base/network/network_reason.ts";
import { readBounded } from "../../base/network/read_bounded.ts";

/** Where a shared KV is, and what opens it. */
export interface KvAddress {
  /** The URL of a server of KV Connect, such as denokv. */
  readonly url: string;
  /** Its access token. */
  readonly token: string;
}

/** How long the answer may be, in bytes; denokv's has about 200. */
const MAX_BYTES = 10_000;

/**
 * Asks a server of KV Connect what each of its clients asks first: the metadata exchange of `proto/kv-connect.md` in
 * denoland/denokv. Where there is no answer, Deno's own client would go on asking without end.
 *
 * @throws {UsageError} When the server refuses, or speaks no KV Connect: asking again would not help.
 * @throws {Error} When there is no answer, or the server is not available for now.
 */
export async function askKv({ url, token }: KvAddress, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ supportedVersions: [1, 2, 3] }),
    signal,
  }).catch((error) => {
    if (signal.aborted) throw new Error("it does not answer");
    throw new Error(networkReason(error, new URL(url)));
  });
  const bytes = await readBounded(response.body, MAX_BYTES).catch(() => undefined);
  const text = new TextDecoder().decode(bytes);
  const said = `${response.status} ${text.slice(0, 200)}`.trim();
  if (response.status >= 500 || response.status === 429) throw new Error(`it answers ${said}`);
  if (response.status === 401 || response.status === 403) {
    throw new UsageError(`BRIDGE_KV refuses DENO_KV_ACCESS_TOKEN: ${said}`);
  }
  if (!response.ok || typeof object(parseJson(text)).version !== "number") {
    throw new UsageError(`BRIDGE_KV is no server of Deno KV: it answers ${said}`);
  }
}
