import type { Generation } from "./server/server_version.ts";

/** The fields of some types of events: at which place in what the event carries, and their names. */
export interface KnownFields {
  readonly types: RegExp;
  /** The way to them from what the event carries. */
  readonly at: readonly string[];
  readonly names: ReadonlySet<string>;
}

/**
 * The fields of the events that are read here, whether they are used or not, by generation: those of the types
 * of `@opencode-ai/sdk` 1.18.33, and of the source of 2.0.26 with the names of its pre-release.
 */
export const KNOWN_FIELDS: Readonly<Record<Generation, readonly KnownFields[]>> = {
  1: [
    fields(/^session\.(created|updated|deleted)$/, "", "sessionID info"),
    fields(
      /^session\.(created|updated|deleted)$/,
      "info",
      "id slug projectID workspaceID directory path parentID summary cost tokens share title agent model " +
        "version metadata time permission revert",
    ),
    fields(/^session\.status$/, "", "sessionID status"),
    fields(/^session\.status$/, "status", "type attempt message next action"),
    fields(/^session\.(idle|compacted)$/, "", "sessionID"),
    fields(/^session\.error$/, "", "sessionID error"),
    fields(/^message\.updated$/, "", "sessionID info"),
    fields(
      /^message\.updated$/,
      "info",
      "id sessionID role time format summary agent model system tools error parentID modelID providerID mode " +
        "path cost tokens structured variant finish",
    ),
    fields(/^message\.removed$/, "", "sessionID messageID"),
    fields(/^message\.part\.updated$/, "", "sessionID part time"),
    fields(
      /^message\.part\.updated$/,
      "part",
      "id sessionID messageID type text synthetic ignored time metadata prompt description agent model " +
        "command mime filename url source callID tool state snapshot reason cost tokens hash files name " +
        "attempt error auto overflow tail_start_id",
    ),
    fields(
      /^message\.part\.updated$/,
      "part.state",
      "status input raw title metadata time output attachments error",
    ),
    fields(/^message\.part\.removed$/, "", "sessionID messageID partID"),
    fields(/^message\.part\.delta$/, "", "sessionID messageID partID field delta"),
    fields(/^permission\.asked$/, "", "id sessionID permission patterns metadata always tool"),
    fields(/^permission\.replied$/, "", "sessionID requestID reply"),
    fields(/^question\.asked$/, "", "id sessionID questions tool"),
    fields(/^question\.replied$/, "", "sessionID requestID answers"),
    fields(/^question\.rejected$/, "", "sessionID requestID"),
    fields(/^todo\.updated$/, "", "sessionID todos"),
  ],
  2: [
    fields(
      /^session\.created$/,
      "",
      "sessionID projectID location subpath parentID slug title agent model metadata permissions version info",
    ),
    fields(/^session\.renamed$/, "", "sessionID title"),
    fields(/^session\.(agent|model)\.selected$/, "", "sessionID agent model previous"),
    fields(/^session\.usage\.updated$/, "", "sessionID cost tokens"),
    fields(/^session\.permissions$/, "", "sessionID permissions"),
    fields(/^session\.(deleted|execution\.(started|succeeded))$/, "", "sessionID"),
    fields(/^session\.execution\.failed$/, "", "sessionID error"),
    fields(/^session\.execution\.interrupted$/, "", "sessionID reason"),
    fields(
      /^session\.inbox\.enqueued$|^session\.input\.admitted$/,
      "",
      "sessionID inboxID item inputID input",
    ),
    fields(/^session\.inbox\.enqueued$/, "item", "type payload delivery"),
    fields(
      /^session\.(inbox\.(delivered|cancelled)|input\.promoted)$/,
      "",
      "sessionID inboxID inputID",
    ),
    fields(
      /^session\.step\.(started|ended|failed)$/,
      "",
      "sessionID assistantMessageID agent model snapshot started finish rawFinish providerState cost tokens " +
        "files error",
    ),
    fields(/^session\.step\.streamed$/, "", "sessionID assistantMessageID"),
    fields(
      /^session\.(text|reasoning)\.(started|delta|ended)$/,
      "",
      "sessionID assistantMessageID ordinal delta text state",
    ),
    fields(
      /^session\.tool\./,
      "",
      "sessionID assistantMessageID id callID name delta text input executed state content metadata structured " +
        "resultState error result",
    ),
    fields(/^session\.retry\.scheduled$/, "", "sessionID assistantMessageID attempt at error"),
    fields(
      /^session\.compaction\./,
      "",
      "sessionID reason recent inputID text model providerState providerContext cost tokens error inboxID " +
        "messageID",
    ),
    fields(/^session\.revert\.(staged|cleared|committed)$/, "", "sessionID revert to"),
    fields(
      /^permission\.(v2\.)?asked$/,
      "",
      "id sessionID action resources save metadata source message",
    ),
    fields(/^permission\.(v2\.)?replied$/, "", "sessionID requestID reply"),
    fields(/^form\.created$/, "", "form"),
    fields(/^form\.created$/, "form", "id sessionID title metadata fields"),
    fields(/^form\.(replied|cancelled)$/, "", "id sessionID answer message"),
  ],
};

/** @param at Where they are, as `part.state`; empty for what the event carries itself. */
function fields(types: RegExp, at: string, names: string): KnownFields {
  return { types, at: at === "" ? [] : at.split("."), names: new Set(names.split(" ")) };
}
