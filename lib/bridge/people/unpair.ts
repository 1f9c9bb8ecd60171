import type { Services } from "../services.ts";

/**
 * Revokes the pairing of a person, by `open_id`, even where the settings no longer ask for one.
 *
 * @returns Whether the person was paired.
 */
export async function unpair(
  openId: string,
  { store, admission }: Pick<Services, "store" | "admission">,
): Promise<boolean> {
  const paired = await store.paired();
  if (!paired.some((one) => one.openId === openId)) return false;
  await admission.remove(openId);
  // Without pairing, the admission knows nothing of it.
  await store.removePaired(openId);
  return true;
}
