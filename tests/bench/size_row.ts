import { BINARY } from "./bench_world.ts";
import { atMost, type Row, unmeasured } from "./figure.ts";

const BUDGET_MB = 105;

/** How big the binary is. */
export const sizeRow: Row = {
  name: "size",
  seconds: 1,
  measure: async () => {
    const size = await Deno.stat(BINARY).then(({ size }) => size, () => undefined);
    return [
      size === undefined
        ? unmeasured("binary", `≤ ${BUDGET_MB} MB`, "not built: deno task build")
        : atMost("binary", "the file that deno task build makes", size / 1e6, "MB", BUDGET_MB),
    ];
  },
};
