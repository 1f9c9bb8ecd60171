/**
 * News of a turn: `text` if nothing but a text has grown, `event` for anything else, `gap` if events were
 * missed and a refresh is needed.
 */
export type News = "text" | "event" | "gap";
