import { join } from "@std/path";

/** The line of `total.sh` with the bug that a story fixes, and the same line without it. */
export const TOTAL_LINE = {
  wrong: "echo $(( $1 * $2 - $3 ))",
  right: "echo $(( $1 * $2 * (100 - $3) / 100 ))",
} as const;

/** A picture with five bars: what `chart.sh` draws of the sales. */
const CHART = [
  "iVBORw0KGgoAAAANSUhEUgAAAUAAAAC0AgMAAACYih2CAAAADFBMVEX///+cuPUzcP+PlZ6zqWSXAAAAZElEQVR4",
  "2u3MIRLAIBAEwTP8L4ZP8kmiQCBQXFVC9bgV2xGSJOma2gwIBAKBQCAQmACWOnqAQCAQCATmg8sHCATeAc5VgUDg",
  "x8HtBwgEAoFAIBAIBAKBQCAQCPwr2I+VBUqSIl6HK1wVrQkxdgAAAABJRU5ErkJggg==",
].join("");

/** The files of the project in which the stories play, with their texts. */
const PLAYGROUND_FILES: Readonly<Record<string, string>> = {
  "total.sh":
    `# The total of a cart in cents: total.sh PRICE COUNT DISCOUNT_PERCENT\n${TOTAL_LINE.wrong}\n`,
  "check.sh": [
    "# Three things at 10.00 with 10 % off are 27.00.",
    "total=$(sh total.sh 1000 3 10)",
    'if [ "$total" = 2700 ]; then echo "ok: $total"; else',
    '  echo "FAILED: expected 2700, got $total"; exit 1',
    "fi",
    "",
  ].join("\n"),
  "sales.csv": "day,total\nMon,60\nTue,84\nWed,72\nThu,108\nFri,138\n",
  "chart.sh":
    `# Draws sales.csv as chart.png\nprintf %s ${CHART} | base64 -d > chart.png && echo drawn\n`,
  "opencode.json": JSON.stringify({ permission: { edit: "ask" } }),
};

/** Makes the project in which the stories play, in place of everything in `dir`. */
export async function makePlayground(dir: string): Promise<string> {
  await Deno.remove(dir, { recursive: true }).catch(() => {});
  await Deno.mkdir(dir, { recursive: true });
  for (const [name, text] of Object.entries(PLAYGROUND_FILES)) {
    await Deno.writeTextFile(join(dir, name), text);
  }
  return dir;
}
