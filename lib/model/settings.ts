/** Who may use the bot. */
export type AllowedUsers =
  | { readonly kind: "everyone" }
  /** Whoever sends the one-time code that the terminal shows. */
  | { readonly kind: "pair" }
  | { readonly kind: "list"; readonly openIds: readonly string[] };
