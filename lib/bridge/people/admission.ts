import { type IncomingMessage, isAddressed } from "../../model/message.ts";
import type { AllowedUsers, PairedUser } from "../../model/settings.ts";
import { ANYONE } from "./owner_of.ts";
import { Pairing, type PairingOptions } from "./pairing.ts";

/** Whether a message is handled, answered as a stranger's, or ignored. */
export type Verdict = "admit" | "stranger" | "ignore";

/** Decides who may use the bot. */
export class Admission {
  readonly #allowed: AllowedUsers;
  /** Set if people are admitted by a pairing code. */
  readonly pairing: Pairing | undefined;
  #onRemoved: (openId: string) => void = () => {};

  constructor(allowed: AllowedUsers, pairing?: Pairing) {
    this.#allowed = allowed;
    this.pairing = pairing;
  }

  /** Decides about a message for the bot. A stranger is answered only if it is addressed to the bot. */
  judge(message: IncomingMessage): Verdict {
    if (this.mayUse(message.sender)) return "admit";
    return isAddressed(message) ? "stranger" : "ignore";
  }

  /** Whether a person, by `open_id`, may use the bot. */
  mayUse(openId: string): boolean {
    switch (this.#allowed.kind) {
      case "everyone":
        return true;
      case "pair":
        return this.pairing?.has(openId) ?? false;
      case "list":
        return this.#allowed.openIds.includes(openId);
    }
  }

  /** Whether a person may answer an ask of `owner`'s turn: the owner, or everyone on the list if set. */
  mayAnswer(openId: string, owner: string): boolean {
    return this.#allowed.kind === "list" || owner === ANYONE
      ? this.mayUse(openId)
      : openId === owner;
  }

  /** Everyone who may use the bot, the first of them first; `undefined` if that is everyone. */
  get people(): readonly (Pick<PairedUser, "openId"> & Partial<PairedUser>)[] | undefined {
    const allowed = this.#allowed;
    if (allowed.kind === "everyone") return undefined;
    if (allowed.kind === "list") return allowed.openIds.map((openId) => ({ openId }));
    return this.pairing?.people ?? [];
  }

  /** Whether a person, by `open_id`, is the first of them, who has set the bot up. Nobody is where everyone may use it. */
  isFirst(openId: string): boolean {
    return this.people?.[0]?.openId === openId;
  }

  /** Whether everyone may use the bot although nobody has said so. */
  get isOpenByDefault(): boolean {
    return this.#allowed.kind === "everyone" && !this.#allowed.onPurpose;
  }

  /** Takes a person's pairing back. */
  async remove(openId: string): Promise<void> {
    try {
      await this.pairing?.remove(openId);
    } finally {
      // It is in force even if it could not be stored.
      if (!this.mayUse(openId)) this.#onRemoved(openId);
    }
  }

  /** Learns who is paired, as another machine may have changed that. */
  learnPaired(people: readonly PairedUser[]): void {
    for (const openId of this.pairing?.learn(people) ?? []) {
      if (!this.mayUse(openId)) this.#onRemoved(openId);
    }
  }

  /** Calls `onRemoved` with the `open_id` of everyone who may no longer use the bot. */
  watchRemovals(onRemoved: (openId: string) => void): void {
    this.#onRemoved = onRemoved;
  }
}

/** The admission of those who are allowed. @param options What a pairing needs, if people are paired. */
export function newAdmission(allowed: AllowedUsers, options: PairingOptions): Admission {
  return new Admission(allowed, allowed.kind === "pair" ? new Pairing(options) : undefined);
}
