import { basename } from "@std/path";
import { describe } from "../../base/errors.ts";
import { cutText } from "../../base/text.ts";
import { type LedgerRow, numberedId } from "../../model/ledger.ts";
import type { Chat } from "../../model/ports.ts";
import type { View } from "../../model/view.ts";
import { removeTemporaryFile } from "../../store/files/kept_files.ts";
import type { Store } from "../../store/store.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Languages } from "../places/languages.ts";

/** What {@linkcode lastResort} needs. */
export interface LastResortOptions {
  readonly chat: Pick<Chat, "refusal" | "splitAnswer">;
  readonly languages: Languages;
  /** The most characters of an answer in one message. */
  readonly maxMessageLength: number;
}

/** How often a content is refused before a notice takes its place. */
const MAX_REFUSALS = 3;
/** How many messages may take the place of a file. */
const MAX_PIECES = 20;
/** How many exact characters a message takes in every form and script. */
const EXACT_CHARS = 4_000;

/**
 * What to send in place of a row that cannot be sent as it is; `undefined` if it should be tried again.
 *
 * @param error Why it was refused. It is not one that may pass.
 * @param refusals How often it was refused.
 */
export async function lastResort(
  row: LedgerRow,
  error: unknown,
  refusals: number,
  { chat, languages, maxMessageLength }: LastResortOptions,
): Promise<readonly View[] | undefined> {
  if (row.view.mentions !== undefined) {
    // Perhaps somebody has left.
    const { mentions: _, ...view } = row.view;
    return [view];
  }
  // The chat takes nothing at all until somebody changes that, or there is nothing simpler than a notice.
  if (chat.refusal(error) === "chat" || row.view.isLastResort) return undefined;
  const { status, title, exact, file, fileName, isTemporary, buttons, footer, unpressed } =
    row.view;
  const texts = languages.textsOf(row.conversation);
  if (file === undefined) {
    if (refusals < MAX_REFUSALS) return undefined;
    const why = texts.contentRefused(describe(error));
    return [{
      status,
      error: why,
      isLastResort: true,
      ...(title !== undefined && { title }),
      // Nobody approves what cannot be shown.
      ...(buttons && { buttons: buttons.filter(({ style }) => !exact || style === "danger") }),
      ...(footer !== undefined && exact === undefined && { footer }),
      ...(unpressed?.footer !== undefined && exact === undefined && {
        unpressed: { footer: unpressed.footer },
      }),
    }];
  }
  // A copy of somebody's file may be anything; the others are texts.
  const isText = isTemporary && fileName === undefined;
  const text = isText ? await readText(file) : undefined;
  if (text !== undefined) {
    const note = texts.fileAsMessages(describe(error));
    return pieces(text, file, { chat, texts, maxMessageLength }).map((piece, i) => ({
      status: "plain",
      ...(i === 0 && { note }),
      ...piece,
      isLastResort: true,
    }));
  }
  const isGone = error instanceof Deno.errors.NotFound;
  const name = fileName ?? basename(file);
  const notice = isText
    ? texts.answerFileGone
    : isGone
    ? texts.fileVanished(name)
    : texts.fileNotSent(name, describe(error));
  return [{ status: "plain", text: notice, isLastResort: true }];
}

/** Puts other messages into the place of a row that cannot be sent. Wakes nobody. */
export async function replaceRow(
  row: LedgerRow,
  [first, ...others]: readonly View[],
  { store, chat }: { readonly store: Store; readonly chat: Pick<Chat, "slot"> },
): Promise<void> {
  const { target, messageId, mode } = row.slot;
  const rows = others.map((view, i): LedgerRow => ({
    // The same after a crash.
    id: numberedId(row.id, i + 1),
    conversation: row.conversation,
    slot: chat.slot(target),
    view,
    createdAt: row.createdAt,
  }));
  const slot = messageId === undefined ? chat.slot(target, undefined, mode) : row.slot;
  const change = (now: LedgerRow | undefined) => {
    const isCurrent = JSON.stringify(now?.view) === JSON.stringify(row.view);
    if (now === undefined || first === undefined || !isCurrent) return now;
    return { ...now, view: first, slot };
  };
  await store.updateRow(row, change, { rows });
  await removeTemporaryFile(row.view);
}

async function readText(file: string): Promise<string | undefined> {
  return await Deno.readTextFile(file).catch(() => undefined);
}

/** Cuts a text file into messages. One that is no Markdown stays as it is, character by character. */
function pieces(
  text: string,
  file: string,
  { chat, texts, maxMessageLength }: Omit<LastResortOptions, "languages"> & {
    readonly texts: Texts;
  },
): Pick<View, "exact" | "text">[] {
  const all = file.endsWith(".md")
    ? chat.splitAnswer(text, maxMessageLength).map((text) => ({ text }))
    : cutText(text, EXACT_CHARS).map((text) => ({ exact: [{ text }] }));
  if (all.length <= MAX_PIECES) return all;
  const rest = texts.restOnComputer(all.length - MAX_PIECES);
  return [...all.slice(0, MAX_PIECES), { text: rest }];
}
