import { UsageError } from "../../base/errors.ts";
import { updateEn as say } from "../../texts/update_en.ts";

/** What {@linkcode get} is told. */
export interface GetOptions {
  /** Whether nothing but https is followed. */
  readonly isSecure: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** How often an answer may lead elsewhere, as `fetch` has it (fetch.spec.whatwg.org, HTTP-redirect fetch). */
const MAX_HOPS = 20;

/**
 * Gets an address, and follows where it leads. On the way from https, `fetch` itself would go on without it.
 *
 * @throws {UsageError} When it leads away from https, and that must not be; otherwise what `fetch` throws.
 */
export async function get(url: string, { isSecure, headers, signal }: GetOptions) {
  const init = {
    redirect: "manual",
    ...(headers && { headers }),
    ...(signal && { signal }),
  } as const;
  let address = new URL(url);
  for (let hops = 0;; hops++) {
    if (isSecure && address.protocol !== "https:") {
      throw new UsageError(say.updateInsecure(address.origin));
    }
    const response = await fetch(address, init);
    const leads = response.status >= 300 && response.status < 400;
    const next = leads ? URL.parse(response.headers.get("location") ?? "", address) : null;
    if (next === null || !/^https?:$/.test(next.protocol) || hops === MAX_HOPS) return response;
    await response.body?.cancel();
    address = next;
  }
}
