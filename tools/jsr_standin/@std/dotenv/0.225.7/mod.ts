// Stand-in for jsr:@std/dotenv where jsr.io cannot be reached: `parse` over Node's own reader of env files.
import { parseEnv } from "node:util";

export function parse(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(parseEnv(text))) {
    if (typeof value === "string") values[key] = value;
  }
  return values;
}
