/** Who may use the bot. */
export type AllowedUsers =
  /** Everyone who can reach it. */
  | { readonly kind: "everyone" }
  /** Whoever has sent the one-time code that the terminal shows. */
  | { readonly kind: "pair" }
  | { readonly kind: "list"; readonly openIds: readonly string[] };

/** The language of what people read. */
export type Language = "zh" | "en";
