/** Who may use the bot. */
export type AllowedUsers =
  /** Everyone who can reach the bot; without `onPurpose`, because nothing was set. */
  | { readonly kind: "everyone"; readonly onPurpose?: true }
  /** Everyone who has sent the one-time code shown in the terminal. */
  | { readonly kind: "pair" }
  | { readonly kind: "list"; readonly openIds: readonly string[] };

/** A person who was let in by a pairing code. */
export interface PairedUser {
  readonly openId: string;
  /** When, in milliseconds since 1970; 0 if an older version let them in. */
  readonly since: number;
}

/** When the end of a turn is announced: after a long one or a failed one, after each, after a failed one, never. */
export const NOTIFY_WHEN = ["long", "always", "failed", "never"] as const;
export type NotifyWhen = (typeof NOTIFY_WHEN)[number];

/** What counts in a group: what mentions the bot, in its topics everything as well, or everything. */
export const GROUP_MODES = ["mention", "topic", "all"] as const;
export type GroupMode = (typeof GROUP_MODES)[number];

/** Where a request in a group is answered: in the group, or in a topic that it opens. */
export const GROUP_REPLIES = ["inline", "topic"] as const;
export type GroupReply = (typeof GROUP_REPLIES)[number];

/** The forms in which messages are drawn. */
export const RENDERINGS = ["card", "post", "text"] as const;
export type Rendering = (typeof RENDERINGS)[number];

/** The languages of messages to people. */
export const LANGUAGES = ["zh", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
