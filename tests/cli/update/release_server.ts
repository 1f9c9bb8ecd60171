/** A release as the workflow makes it, on loopback, with the faults that a network has. */
import { archiveName } from "../../../lib/cli/update/install_release.ts";
import { newestRelease } from "../../../lib/cli/update/release.ts";
import { tarGz } from "../../../tools/tar.ts";

const NAME = "feishu-opencode-bridge";

/** What goes wrong. */
export interface Faults {
  /** What the list answers instead. */
  list?: () => Response;
  /** How many bytes of the archive come. */
  cutAt?: number;
  /** What SHA256SUMS says. */
  sums?: string;
  /** What the files are called. */
  name?: string;
}

/** A program that says its version, and nothing else. */
export const standIn = (version: string) => `#!/bin/sh\necho "${NAME} ${version} (abc)"\n`;

export async function startReleases(
  version: string,
  program: string | Uint8Array = standIn(version),
) {
  const text = (path: string, content: string | Uint8Array, isExecutable = false) => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return { path, bytes, isExecutable };
  };
  const root = archiveName();
  const archive = new Uint8Array(
    await tarGz([
      text(`${root}/bin/${NAME}`, program, true),
      text(`${root}/share/man/man1/${NAME}.1`, `manual of ${version}`),
      text(`${root}/share/fish/vendor_completions.d/${NAME}.fish`, "completions"),
    ], 1),
  );
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", archive)).toHex();
  const faults: Faults = {};
  const asked: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const { pathname, origin } = new URL(request.url);
    asked.push(pathname);
    const name = `${faults.name ?? root}.tar.gz`;
    const asset = (name: string, size: number) => ({
      ...{ name, size, browser_download_url: `${origin}/${name}` },
    });
    switch (pathname) {
      case "/latest":
        return faults.list?.() ?? Response.json({
          ...{ tag_name: `v${version}`, body: "Much is new.", html_url: `${origin}/page` },
          assets: [asset(name, archive.length), asset("SHA256SUMS", 0)],
        });
      case "/SHA256SUMS":
        return new Response(faults.sums ?? `${"0".repeat(64)}  install.sh\n${sum}  ${name}\n`);
      case `/${name}`:
        return new Response(archive.slice(0, faults.cutAt ?? archive.length));
      default:
        return new Response(null, { status: 404 });
    }
  });
  const url = `http://127.0.0.1:${server.addr.port}/latest`;
  return {
    url,
    faults,
    asked,
    newest: () => newestRelease(url),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
