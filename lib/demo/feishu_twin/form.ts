/** A part of a `multipart/form-data` body. */
export interface FormPart {
  readonly name: string;
  readonly filename?: string;
  readonly mime?: string;
  readonly bytes: Uint8Array;
}

/**
 * Parses a `multipart/form-data` body. `Request.formData` cannot be used: the official SDK sends binary
 * parts without a file name, which it would decode as text.
 */
export function parseForm(body: Uint8Array, contentType: string): FormPart[] {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) return [];
  // Latin-1 maps each byte to one character, so offsets in the text are offsets in the bytes.
  const text = new TextDecoder("latin1").decode(body);
  const parts: FormPart[] = [];
  const mark = `--${boundary}`;
  let start = text.indexOf(mark);
  while (start >= 0) {
    const head = start + mark.length + 2;
    const next = text.indexOf(`\r\n${mark}`, head);
    const split = text.indexOf("\r\n\r\n", head);
    if (next < 0 || split < 0 || split > next) break;
    const headers = new TextDecoder().decode(body.subarray(head, split));
    const name = /[; ]name="([^"]*)"/i.exec(headers)?.[1];
    const filename = /filename="([^"]*)"/i.exec(headers)?.[1];
    const mime = /^content-type:\s*(\S+)/im.exec(headers)?.[1];
    if (name !== undefined) {
      parts.push({
        name,
        bytes: body.slice(split + 4, next),
        ...(filename === undefined ? {} : { filename }),
        ...(mime === undefined ? {} : { mime }),
      });
    }
    start = next + 2;
  }
  return parts;
}
