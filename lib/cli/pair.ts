import { delay } from "@std/async";
import { UsageError } from "../base/errors.ts";
import type { PairedUser } from "../model/settings.ts";
import { requestRemoval } from "../store/removals.ts";
import type { Args } from "./args.ts";
import { findBridge } from "./background/bridge_record.ts";
import { loadStateSettings } from "./settings.ts";
import { print } from "./terminal.ts";
import { withStore } from "./with_store.ts";

/** How long a running bridge may take to remove somebody, in milliseconds. */
const REMOVE_MS = 10_000;

/**
 * `pair list|remove`: shows who was let in by a pairing code, or takes that back. A running bridge does it
 * at once, and ends what this person had asked for.
 *
 * @throws {UsageError} When the person is not paired, or the bridge does not answer.
 */
export async function pair({ openId = "", ...args }: Args): Promise<void> {
  const { config, texts } = await loadStateSettings(args);
  const { stateDir, allowedUsers } = config;
  const bridge = await findBridge(stateDir);
  const people = bridge?.paired ?? await withStore(config, (store) => store.paired()) ?? [];
  if (args.action === "list") {
    people.forEach(({ openId, since }, i) => print(texts.pairedLine(openId, since, i === 0)));
    if (people.length === 0) print(texts.nobodyPaired);
    else if (allowedUsers.kind !== "pair") print(texts.notPairing);
    return;
  }
  if (bridge !== undefined) {
    // Its record may be some seconds old, so the bridge itself has to say who is paired.
    const removal = await requestRemoval(stateDir, openId, REMOVE_MS);
    if (removal === "not paired") throw new UsageError(texts.notPaired(openId));
    if (removal === "no answer") throw new UsageError(texts.notUnpaired(bridge.pid));
    print(texts.unpaired(openId));
    return await untilUnlisted(stateDir, openId);
  } else if (people.some((one: PairedUser) => one.openId === openId)) {
    await withStore(config, (store) => store.removePaired(openId));
  } else throw new UsageError(texts.notPaired(openId));
  print(texts.unpaired(openId));
}

/** Waits until a bridge's record has a person no more, so that a list right afterwards does not. */
async function untilUnlisted(stateDir: string, openId: string): Promise<void> {
  const deadline = performance.now() + REMOVE_MS;
  const isListed = async () =>
    (await findBridge(stateDir))?.paired.some((one) => one.openId === openId) ?? false;
  while (await isListed() && performance.now() < deadline) await delay(100);
}
