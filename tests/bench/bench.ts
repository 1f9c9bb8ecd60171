/**
 * Measures what the README promises under Performance, against the twin on this machine:
 *
 *     deno task bench [row…] [--json] [--full]
 *
 * Without names it measures every row, in less than ten minutes; `--full` runs all 10 000 turns of the row
 * `flat`, for a quarter of an hour more.
 */
import { ackRow } from "./ack_row.ts";
import { asksRow } from "./asks_row.ts";
import { callsRow } from "./calls_row.ts";
import { eventsRow } from "./events_row.ts";
import type { Figure, Row } from "./figure.ts";
import { flatRow } from "./flat_row.ts";
import { kvRow } from "./kv_row.ts";
import { loadRow } from "./load_row.ts";
import { machine } from "./machine.ts";
import { memoryRow } from "./memory_row.ts";
import { scaleRow } from "./scale_row.ts";
import { sizeRow } from "./size_row.ts";
import { startRow } from "./start_row.ts";
import { table } from "./table.ts";
import { textRow } from "./text_row.ts";
import { turnRow } from "./turn_row.ts";
import { versionRow } from "./version_row.ts";

const ROWS: readonly Row[] = [
  startRow,
  versionRow,
  ackRow,
  kvRow,
  turnRow,
  callsRow,
  loadRow,
  asksRow,
  memoryRow,
  eventsRow,
  textRow,
  flatRow,
  sizeRow,
  scaleRow,
];

async function bench(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith("--"));
  const unknown = [
    ...names.filter((name) => !ROWS.some((row) => row.name === name)),
    ...args.filter((arg) => arg.startsWith("--") && !["--json", "--full"].includes(arg)),
  ];
  if (unknown.length > 0) {
    say(`Unknown: ${unknown.join(", ")}. Rows: ${ROWS.map(({ name }) => name).join(", ")}`);
    return 2;
  }
  const about = await machine();
  const figures: (Figure & { readonly row: string })[] = [];
  for (const { name, seconds, measure } of ROWS) {
    if (names.length > 0 && !names.includes(name)) continue;
    say(`${name}: about ${seconds} s`);
    const measured = await measure({
      full: args.includes("--full"),
      say: (line) => say(`${name}: ${line}`),
    });
    figures.push(...measured.map((figure) => ({ row: name, ...figure })));
  }
  const text = args.includes("--json")
    ? JSON.stringify({ machine: about, at: new Date().toISOString(), figures }, null, 2)
    : `${about}\n\n${table(figures)}`;
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
  return figures.some(({ kept }) => kept === false) ? 1 : 0;
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(await bench(Deno.args));
