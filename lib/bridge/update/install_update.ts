import { describe } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import type { ConversationRecord, ConversationUpdate } from "../../model/conversation.ts";
import { newRow } from "../../model/ledger.ts";
import type { Target } from "../../model/place.ts";
import type { Updater } from "../../model/updater.ts";
import type { Committer, Effects } from "../effects.ts";
import type { Services } from "../services.ts";

/** What {@linkcode installUpdate} needs. */
export interface InstallUpdateOptions extends Pick<Services, "chat" | "texts" | "log"> {
  readonly conversation: Committer & { readonly record: Pick<ConversationRecord, "key"> };
  readonly updater: Updater;
  /** Where it is answered. */
  readonly target: Target;
}

/**
 * Begins to install a version. It is stored first who is to be told: the answer comes after the restart, or at
 * once if there is none.
 */
export async function installUpdate(to: string, options: InstallUpdateOptions): Promise<void> {
  const { conversation, updater, target } = options;
  const updating = { id: newId(), to, from: updater.version, target };
  await updater.begin(updating.id);
  await conversation.commit({ update: (record) => ({ ...record, updating }) });
  void install(to, updating.id, options);
}

/** Never rejects. What is not told now is told at the next start. */
async function install(
  to: string,
  id: string,
  { conversation, updater, target, chat, texts, log }: InstallUpdateOptions,
): Promise<void> {
  const tell = async (text: string) => {
    const slot = chat.slot(target);
    await conversation.commit(updateOver(conversation.record.key, id, slot, text))
      .catch((error) => log.warn(`cannot tell of an update: ${describe(error)}`));
  };
  try {
    if (await updater.install(to) === "by hand") await tell(texts.chatUpdateByHand(to));
  } catch (error) {
    log.warn(`version ${to} was not installed: ${describe(error)}`);
    await tell(texts.chatUpdateFailed(to, describe(error)));
  }
}

/** Says what came of an update, once. */
function updateOver(
  key: string,
  id: string,
  slot: ReturnType<Services["chat"]["slot"]>,
  text: string,
): Effects {
  const update: ConversationUpdate = ({ updating, ...record }) =>
    updating === undefined || updating.id === id ? record : { ...record, updating };
  return { rows: [newRow(key, slot, { status: "plain", text }, `update-${id}`)], update };
}

/** What {@linkcode reportUpdate} needs. */
export type ReportOptions = Pick<Services, "chat" | "store" | "languages" | "conversationOf"> & {
  readonly updater?: Updater | undefined;
};

/** Says what came of an update that has ended the program: call it when the program is ready. */
export async function reportUpdate(
  { chat, store, languages, conversationOf, updater }: ReportOptions,
): Promise<void> {
  const id = await updater?.lastId();
  if (updater === undefined || id === undefined) return;
  for (const record of await store.conversations()) {
    const { key, updating } = record;
    // Other machines may share the conversations.
    if (updating?.id !== id) continue;
    const { to, target } = updating;
    const texts = languages.textsOf(key);
    const isDone = updater.version === to;
    const text = isDone ? texts.chatUpdated(to) : texts.chatUpdateBack(to, updater.version);
    const conversation = await conversationOf(record);
    await conversation.commit(updateOver(key, id, chat.slot(target), text));
  }
}
