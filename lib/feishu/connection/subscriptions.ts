/** The events that the program handles; only the first is needed. */
export const EVENTS = [
  "im.message.receive_v1",
  "im.message.recalled_v1",
  "im.chat.access_event.bot_p2p_chat_entered_v1",
  "im.chat.member.bot.added_v1",
] as const;

/** The callbacks that the program handles: clicks on buttons. */
export const CALLBACKS = ["card.action.trigger"] as const;

/** One of these. */
export type Subscribed = (typeof EVENTS)[number] | (typeof CALLBACKS)[number];
