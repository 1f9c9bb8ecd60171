import { wallNow } from "../../lib/base/time/clock.ts";

/** A token that tells when it was written and by whom: letters and digits only, so that nothing escapes it. */
export function stamp(session: string): string {
  return `T${(wallNow() * 1000).toFixed(0)}S${Number(/\d+/.exec(session)?.[0] ?? 0)} `;
}

/** The stamps in a text by session: when each was written, in milliseconds since 1970, oldest first. */
export function readStamps(text: string): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [, at, session = ""] of text.matchAll(/T(\d{16})S(\d+)/g)) {
    const times = found.get(session) ?? [];
    times.push(Number(at) / 1000);
    found.set(session, times);
  }
  return found;
}
