import type { GroupMode, GroupReply, Language, NotifyWhen, Rendering } from "./settings.ts";

/** What was set in the chat for one conversation. What is not set is as the bridge's settings have it. */
export interface Preferences {
  readonly language?: Language;
  readonly notify?: NotifyWhen;
  readonly render?: Rendering;
  /** Whether the agent's reasoning is shown. */
  readonly think?: "off";
  /** What counts in the group. It belongs to the group, not to its topics. */
  readonly group?: GroupMode;
  /** Whether a prompt brings what was said in the group before it. It belongs to the group as well. */
  readonly context?: "off";
  /** Where a request in the group is answered. It belongs to the group as well. */
  readonly reply?: GroupReply;
}
