import { KvServer } from "./kv_server.ts";

/** A server of KV Connect. */
export interface EmptyKv extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
}

/**
 * A server with nothing in it: denokv itself, where `DENOKV_URL` names one, otherwise the stand-in. So the same tests
 * judge both. With denokv, only one test runs at a time.
 */
export async function emptyKv(): Promise<EmptyKv> {
  const url = Deno.env.get("DENOKV_URL");
  if (url === undefined) return new KvServer();
  const token = Deno.env.get("DENO_KV_ACCESS_TOKEN") ?? "";
  using kv = await Deno.openKv(url);
  for await (const { key } of kv.list({ prefix: [] })) await kv.delete(key);
  return { url, token, [Symbol.asyncDispose]: () => Promise.resolve() };
}
