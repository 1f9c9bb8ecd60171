import { whenSlow } from "../../base/waiting/when_slow.ts";
import type { Slot } from "../../model/slot.ts";
import type { View } from "../../model/view.ts";
import type { Services } from "../services.ts";
import { troubleText } from "../trouble_text.ts";

/** After how many milliseconds the reader is told that the answer cannot be saved. */
const SLOW_SAVE_MS = 2_500;

/** Waits until the end of a turn is saved; meanwhile its message says why that takes long, if the disk refuses. */
export async function saveEnd(
  saving: Promise<void>,
  { slot, view }: { readonly slot: Slot; readonly view: () => View },
  { store, outbox, texts }: Pick<Services, "store" | "outbox" | "texts">,
): Promise<void> {
  await whenSlow(saving, SLOW_SAVE_MS, async () => {
    if (store.trouble === undefined) return;
    await outbox.sendOnce(slot, { ...view(), note: troubleText(store.trouble, texts) });
  });
}
