import { localTime } from "../../base/time/local_time.ts";
import { UsageError } from "../../base/errors.ts";
import { list, need, number, type Parsed, parseJson, parser, string } from "../../base/json.ts";
import { networkReason } from "../../base/network/network_reason.ts";
import { readBounded } from "../../base/network/read_bounded.ts";
import { updateEn as say } from "../../texts/update_en.ts";
import { NAME, RELEASE, REPOSITORY } from "../program.ts";
import { get } from "./get.ts";

const parseAsset = parser((asset) => ({
  name: need(string(asset.name)),
  url: need(string(asset.browser_download_url)),
  /** In bytes; 0 if it is not said. */
  size: number(asset.size) ?? 0,
}));
/** A file of a release. */
export type Asset = Parsed<typeof parseAsset>;

/** Source: docs.github.com/rest/releases/releases, "Get the latest release". */
const parseRelease = parser((release) => ({
  /** Without the `v` of the tag. */
  version: need(string(release.tag_name)?.replace(/^v(?=\d)/, "") || undefined),
  /** What is new, in Markdown. */
  notes: string(release.body) ?? "",
  /** Its page for people. */
  page: string(release.html_url) ?? "",
  assets: list(release.assets, parseAsset),
}));
/** A released version of this program. */
export type Release = Parsed<typeof parseRelease>;

/** How long the list may take, in milliseconds. */
const LIST_MS = 15_000;
/** The most bytes of it. */
const MAX_BYTES = 1_000_000;

/**
 * Where new versions are looked for.
 *
 * @param setting What BRIDGE_UPDATES says.
 * @returns The address; `undefined` if they are not looked for, or nobody knows where.
 */
export function releasesUrl(setting: string): string | undefined {
  if (setting === "off") return undefined;
  if (setting !== "") return setting;
  return REPOSITORY && `https://api.github.com/repos/${REPOSITORY}/releases/latest`;
}

/**
 * Reads the newest release.
 *
 * @throws {UsageError} When it cannot be read, with why.
 */
export async function newestRelease(url: string, signal?: AbortSignal): Promise<Release> {
  const { host } = new URL(url);
  const timeout = AbortSignal.timeout(LIST_MS);
  const limited = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const { status, headers, text } = await read(url, limited);
  const used = headers.get("x-ratelimit-remaining") === "0";
  if (status === 429 || (status === 403 && used)) {
    const reset = Number(headers.get("x-ratelimit-reset")) * 1000;
    throw new UsageError(say.releasesBusy(host, localTime(reset || Date.now() + 3_600_000)));
  }
  if (status === 404) throw new UsageError(say.noRelease(host));
  if (status !== 200) throw new UsageError(say.releasesRefuse(host, status));
  const release = text === undefined ? undefined : parseRelease(parseJson(text));
  if (release === undefined) throw new UsageError(say.notReleases(host));
  return release;
}

async function read(url: string, signal: AbortSignal) {
  try {
    const response = await get(url, {
      isSecure: url.startsWith("https:"),
      headers: {
        accept: "application/vnd.github+json",
        "user-agent": `${NAME}/${RELEASE}`,
      },
      signal,
    });
    const bytes = await readBounded(response.body, MAX_BYTES);
    const text = bytes && new TextDecoder().decode(bytes);
    return { status: response.status, headers: response.headers, text };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { host } = new URL(url);
    throw new UsageError(say.releasesAway(host, networkReason(error, new URL(url))));
  }
}
