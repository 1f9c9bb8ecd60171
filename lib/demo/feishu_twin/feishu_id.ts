function hex(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(Math.ceil(length / 2)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, length);
}

/** The prefixes of Feishu's ids, with the number of hex digits that follow. */
const LENGTHS = {
  om_: 32,
  oc_: 32,
  ou_: 32,
  on_: 32,
  omt_: 16,
  cli_: 16,
  img_v3_: 32,
  file_v3_: 32,
  "t-": 40,
  "": 32,
} as const;

/** Makes a new id that looks like one of Feishu's, for example `feishuId("om_")`. */
export function feishuId(prefix: keyof typeof LENGTHS): string {
  return prefix + hex(LENGTHS[prefix]);
}
