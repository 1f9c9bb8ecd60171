/** The settings that `setup` finds out, by variable. */
export type AppVariables = Readonly<
  Record<
    "FEISHU_APP_ID" | "FEISHU_APP_SECRET" | "FEISHU_DOMAIN" | "FEISHU_ALLOWED_USERS",
    string
  >
>;
