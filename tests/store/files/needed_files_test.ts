import { assertEquals } from "@std/assert";
import type { LedgerRow } from "../../../lib/model/ledger.ts";
import type { SavedFile } from "../../../lib/model/message.ts";
import { neededFiles } from "../../../lib/store/files/needed_files.ts";

const FILES: readonly SavedFile[] = [{ path: "/f", name: "f", mime: "text/plain", bytes: 1 }];

/** Where a file can be. */
type Where = "conversation" | "turn" | "row";

Deno.test("a file that moves while it is read who needs which is needed, wherever it goes", async () => {
  const moves: [from: Where, to: Where][] = [
    ["conversation", "turn"],
    ["turn", "conversation"],
    ["turn", "row"],
    ["row", "turn"],
  ];
  for (const [from, to] of moves) {
    for (let movesAt = 0; movesAt <= 6; movesAt++) {
      let reads = 0;
      const files = (where: Where) => (reads++ < movesAt ? from : to) === where ? FILES : [];
      const { paths } = await neededFiles({
        inbox: () => Promise.resolve([]),
        conversations: () => Promise.resolve([{ files: files("conversation") }]),
        turns: () => Promise.resolve([{ files: files("turn") }]),
        rows: () => {
          const again = { turn: "t", sender: "ou", work: { text: "x", files: files("row") } };
          return Promise.resolve([{ view: { status: "failed" }, again } as unknown as LedgerRow]);
        },
      });
      assertEquals([...paths], ["/f"], `${from} → ${to}, before read ${movesAt}`);
    }
  }
});
